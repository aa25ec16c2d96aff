import ApusCore

/// The convolutional network for digits of LeCun et al. (1998), on images of 28 × 28 pixels: 61,706 parameters
/// with one input channel and 10 classes.
///
/// As in most of its later descriptions every map of the second convolution sees all maps before it, pooling has no
/// weights, and the output is linear.
public struct LeNet5: CompositeLayer {
  public static let formula = "5×5 convolutions of 6 and 16 channels with pooling, dense 120, 84, tanh"
  /// The outputs of the last layer; nil leaves it out, and a family takes the data's classes.
  public var classes: Int?

  public init(classes: Int? = nil) { self.classes = classes }

  public var body: some Layer {
    Conv2D(6, 5); Tanh(); AveragePool2D(2)
    Conv2D(16, 5, padding: .valid); Tanh(); AveragePool2D(2)
    Flatten()
    Dense(120); Tanh()
    Dense(84); Tanh()
    if let classes { Dense(classes) }
  }
}
