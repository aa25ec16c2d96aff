import ApusCore

/// A small convolutional network for digits: two 3 × 3 convolutions, each with a pooling behind it, and two
/// dense layers. On images of 28 × 28 pixels with one channel, 421,642 parameters.
public struct DigitCNN: CompositeLayer {
  public var classes: Int

  public init() { self.init(classes: 10) }
  public init(classes: Int) { self.classes = classes }

  public var body: some Layer {
    Conv2D(32, 3); ReLU(); MaxPool2D(2)
    Conv2D(64, 3); ReLU(); MaxPool2D(2)
    Flatten()
    Dense(128); ReLU()
    Dense(classes)
  }
}
