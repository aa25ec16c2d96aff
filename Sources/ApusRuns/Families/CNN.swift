public import ApusCore
import ApusData
import ApusNN

/// A small modern convolutional network (A8; S3): batch normalisation, and a single dense layer.
public struct CNN: ModelFamily {
  public static let name = "cnn"
  public static let formula = "3×3 convolutions of w, 2w, 2w, 4w channels with batch norm, mean, dense"
  /// Channels of the first convolution.
  public var width: Int
  /// The part of the last features that is left out in each step.
  public var dropout: Double

  public init() { (width, dropout) = (32, 0.2) }

  public func validate() throws(ApusError) {
    try require((1...4096).contains(width), "width", width, "1 … 4096 channels")
    try require((0..<1).contains(dropout), "dropout", dropout, "0 or more, below 1")
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    return .images(data, optimizer: Adam(), rate: 4e-3, schedule: ModelRecipe.rising) {
      [self] outputs throws(ApusError) in
      Sequential([ConvNet(classes: outputs, width: width, dropout: dropout)])
    }
  }
}
