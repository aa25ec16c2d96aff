import ApusCore

/// A small modern network for digits, clothes and other small images (MISSION A8): 3 × 3 convolutions with batch
/// normalisation, pooling, and a single dense layer behind the mean over the image.
///
/// `[rows, 28, 28, 1] → [rows, 10]`, 131,178 parameters. Takes images from 8 pixels a side.
public struct ConvNet: CompositeLayer {
  public var classes: Int
  /// Channels of the first stage; the second has twice, the third four times as many.
  public var width: Int
  /// Behind the convolutions.
  public var dropout: Double

  public init() { self.init(classes: 10) }
  public init(classes: Int, width: Int = 32, dropout: Double = 0.2) {
    self.classes = classes
    self.width = width
    self.dropout = dropout
  }

  public var body: some Layer {
    stage(width, pools: true)
    stage(2 * width, pools: false); stage(2 * width, pools: true)
    stage(4 * width, pools: false)
    GlobalAveragePool2D(); Dropout(dropout)
    Dense(classes)
  }

  /// Pooling comes first, because it leaves the others a quarter of the pixels.
  private func stage(_ channels: Int, pools: Bool) -> Sequential {
    Sequential {
      Conv2D(channels, 3, bias: false)
      if pools { MaxPool2D(2) }
      BatchNorm(); ReLU()
    }
  }
}
