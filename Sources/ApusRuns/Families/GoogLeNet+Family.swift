public import ApusCore
import ApusData
public import ApusNN

/// GoogLeNet as a family (Szegedy et al. 2014), for small images in its small form.
extension GoogLeNet: ModelFamily {
  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    let form = form ?? data.imageForm
    var recipe = ModelRecipe.images(data, optimizer: Adam(), rate: 1e-3, schedule: ModelRecipe.rising) {
      [auxiliaryHeads] outputs throws(ApusError) in
      let network = GoogLeNet(classes: outputs, form: form)
      return auxiliaryHeads ? network.withAuxiliaryHeads as any Network : Sequential([network])
    }
    if auxiliaryHeads { recipe.auxiliary = ["head1": 0.3, "head2": 0.3] }
    return recipe
  }
}
