public import ApusCore
import ApusData
public import ApusNN

/// Residual networks as a family (He et al. 2015): `resNet(depth: 20)`, or in short `resNet-20`.
extension ResNet: ModelFamily {
  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    let form = form ?? data.imageForm
    var recipe = ModelRecipe.images(
      data, optimizer: Momentum(momentum: 0.9), rate: 0.2, schedule: ModelRecipe.rising, batch: 128
    ) { [self] outputs throws(ApusError) in
      Sequential([ResNet(depth: depth, classes: outputs, form: form, width: width)])
    }
    recipe.l2 = 5e-4
    return recipe
  }
}
