import ApusCore

/// The network that won ImageNet in 2012 (Krizhevsky et al. 2012): grouped convolutions, local response
/// normalization, overlapping pooling, dropout.
///
/// `[rows, 227, 227, 3] → [rows, classes]`, 60,965,224 parameters with 1,000 classes; the paper's figure of 224 pixels a
/// side does not go with its own first layer. The small form takes images from 15 pixels a side.
public struct AlexNet: CompositeLayer {
  public static let formula =
    "five convolutions, two normalized over channels, overlapping pools, three dense"
  /// The outputs of the last layer; nil leaves it out, and a family takes the data's classes.
  public var classes: Int?
  /// The size of the images; nil is the large form, and a family goes by the data's.
  public var form: ImageForm?

  public init(classes: Int? = nil, form: ImageForm? = nil) {
    self.classes = classes
    self.form = form
  }

  public var body: some Layer {
    let isLarge = form != .small
    let channels = isLarge ? [96, 256, 384, 384, 256] : [64, 128, 192, 192, 128]
    if isLarge { Conv2D(channels[0], 11, stride: 4, padding: .valid) } else { Conv2D(channels[0], 5) }
    ReLU(); Self.normalization; MaxPool2D(3, stride: 2)
    Conv2D(channels[1], 5, groups: 2); ReLU(); Self.normalization; MaxPool2D(3, stride: 2)
    Conv2D(channels[2], 3); ReLU()
    Conv2D(channels[3], 3, groups: 2); ReLU()
    Conv2D(channels[4], 3, groups: 2); ReLU(); MaxPool2D(3, stride: 2)
    Flatten()
    for _ in 0..<2 {
      Dense(isLarge ? 4096 : 256, initializer: .he); ReLU(); Dropout(0.5)
    }
    if let classes { Dense(classes) }
  }

  /// The paper's: k = 2, and α = 10⁻⁴ for each of five squares, which is 5 · 10⁻⁴ of their mean.
  private static let normalization = LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2)
}
