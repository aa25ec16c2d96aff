public import ApusCore
import ApusData
public import ApusNN

/// AlexNet as a family (Krizhevsky et al. 2012), for small images in its small form.
extension AlexNet: ModelFamily {
  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    let form = form ?? data.imageForm
    return .images(data, optimizer: Adam(), rate: 1e-3, schedule: CosineDecay()) {
      outputs throws(ApusError) in
      Sequential([AlexNet(classes: outputs, form: form)])
    }
  }
}
