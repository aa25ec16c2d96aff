public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// AlexNet as a family (Krizhevsky et al. 2012), for small images in its small form.
extension AlexNet: ModelFamily {
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    Sequential([AlexNet(classes: outputs, form: form ?? data.imageForm)])
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    return .images(data, optimizer: Adam(), rate: 1e-3, schedule: CosineDecay())
  }
}
