public import ApusCore
import ApusData
import ApusNN

/// AlexNet (A9; Krizhevsky et al. 2012; S3, S4), for small images in its small form.
public struct DeepConvolutionalNetwork: ModelFamily {
  public static let name = "alexnet"
  public static let formula =
    "five convolutions, two normalised over channels, overlapping pools, three dense"
  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    let form = data.imageForm
    return .images(data, optimizer: Adam(), rate: 1e-3, schedule: CosineDecay()) {
      outputs throws(ApusError) in
      Sequential([AlexNet(classes: outputs, form: form)])
    }
  }
}
