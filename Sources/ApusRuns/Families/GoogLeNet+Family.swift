public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// GoogLeNet as a family (Szegedy et al. 2014), for small images in its small form.
extension GoogLeNet: ModelFamily {
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    let network = GoogLeNet(classes: outputs, form: form ?? data.imageForm)
    return auxiliaryHeads ? network.withAuxiliaryHeads as any Network : Sequential([network])
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    var recipe = Recipe.images(data, optimizer: Adam(), rate: 1e-3, schedule: DataFacts.rising)
    if auxiliaryHeads { recipe.auxiliary = ["head1": 0.3, "head2": 0.3] }
    return recipe
  }
}
