public import ApusCore
import ApusData
import ApusNN

/// The digit network of 1998 (A8; LeCun et al. 1998; S3).
public struct LeNet: ModelFamily {
  public static let name = "lenet"
  public static let otherNames = ["lenet5"]
  public static let formula = "5×5 convolutions of 6 and 16 channels with pooling, dense 120, 84, tanh"
  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    return .images(data, optimizer: Adam(), rate: 2e-3, schedule: CosineDecay()) {
      outputs throws(ApusError) in
      Sequential([LeNet5(classes: outputs)])
    }
  }
}
