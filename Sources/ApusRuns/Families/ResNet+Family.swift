public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Residual networks as a family (He et al. 2015): `resNet(depth: 20)`, or in short `resNet-20`.
extension ResNet: ModelFamily {
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    Sequential([ResNet(depth: depth, classes: outputs, form: form ?? data.imageForm, width: width)])
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    var recipe = Recipe.images(
      data, optimizer: Momentum(momentum: 0.9), rate: 0.2, schedule: DataFacts.rising, batch: 128)
    recipe.l2 = 5e-4
    return recipe
  }
}
