public import ApusCore

/// A small modern network for digits, clothes and other small images: 3 × 3 convolutions with batch
/// normalization, pooling, and a single dense layer behind the mean over the image.
///
/// `[rows, 28, 28, 1] → [rows, 10]`, 131,178 parameters. Takes images from 8 pixels a side.
public struct CNN: CompositeLayer {
  public static let name = "cnn"
  public static let formula = "3×3 convolutions of w, 2w, 2w, 4w channels with batch norm, mean, dense"
  /// The outputs of the last layer; nil leaves it out, and a family takes the data's classes.
  public var classes: Int?
  /// Channels of the first stage; the second has twice, the third four times as many.
  public var width: Int
  /// The part of the last features that is left out in each step.
  public var dropout: Double

  public init(classes: Int? = nil, width: Int = 32, dropout: Double = 0.2) {
    self.classes = classes
    self.width = width
    self.dropout = dropout
  }

  public func validate() throws(ApusError) {
    try require((1...4096).contains(width), "width", width, "1 … 4096 channels")
    try require((0..<1).contains(dropout), "dropout", dropout, "0 or more, below 1")
  }

  public var body: some Layer {
    stage(width, pools: true)
    stage(2 * width, pools: false); stage(2 * width, pools: true)
    stage(4 * width, pools: false)
    GlobalAveragePool2D(); Dropout(dropout)
    if let classes { Dense(classes) }
  }

  /// Pooling comes first, because it leaves the others a quarter of the pixels.
  private func stage(_ channels: Int, pools: Bool) -> Sequential {
    Sequential {
      Conv2D(channels, 3, hasBias: false)
      if pools { MaxPool2D(2) }
      BatchNorm(); ReLU()
    }
  }
}
