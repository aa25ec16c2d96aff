public import ApusCore

/// Residual networks (He et al. 2015).
///
/// - Depths 18 and 34 with basic blocks, 50, 101 and 152 with bottlenecks: four stages from 64 channels on, with projections
///   where the shape changes. `[rows, 224, 224, 3] → [rows, 1000]`: 11,689,512, 21,797,672 and 25,557,032 parameters for the
///   first three. The stride of a bottleneck lies in its 3 × 3 convolution, as in PyTorch's.
/// - Any other depth 6n + 2 is the paper's network for CIFAR: three stages of n basic blocks from 16 channels on, and ways
///   around without parameters. `[rows, 32, 32, 3] → [rows, 10]`: 269,722 parameters for 20.
public struct ResNet: CompositeLayer {
  public static let formula = "y = relu(x + f(x)), f two or three convolutions with batch norm, in stages"
  /// The layers with weights, one after the other.
  public var depth: Int
  /// The outputs of the last layer; nil leaves it out, and a family takes the data's classes.
  public var classes: Int?
  /// The form of the first convolution of networks with four stages: 7 × 7 with stride 2 and pooling, or for small
  /// images 3 × 3 alone. The networks for CIFAR are always small. nil is the large form, and a family chooses by the
  /// data.
  public var form: ImageForm?
  /// Channels of the first stage, each further stage has twice as many; the paper's when nil.
  public var width: Int?

  public init(depth: Int = 18, classes: Int? = nil, form: ImageForm? = nil, width: Int? = nil) {
    self.depth = depth
    self.classes = classes
    self.form = form
    self.width = width
  }

  /// The blocks of each stage, and their kind; nil for a depth that no network has.
  private var plan: (stages: [Int], kind: ResidualBlock.Kind)? {
    switch depth {
    case 18: ([2, 2, 2, 2], .basic)
    case 34: ([3, 4, 6, 3], .basic)
    case 50: ([3, 4, 6, 3], .bottleneck)
    case 101: ([3, 4, 23, 3], .bottleneck)
    case 152: ([3, 8, 36, 3], .bottleneck)
    case 8...1202 where depth % 6 == 2: (Array(repeating: (depth - 2) / 6, count: 3), .basic)
    default: nil
    }
  }

  /// - Throws: for a depth or width that no network has.
  public func validate() throws(ApusError) {
    guard plan != nil else {
      throw ApusError(
        "a residual network of depth \(depth)",
        expected: "18, 34, 50, 101 or 152, or 6n + 2 from 8 to 1202 as in 20, 32, 56")
    }
    guard width.map({ (1...1 << 14).contains($0) }) ?? true else {
      throw ApusError("a residual network of width \(width ?? 0)", expected: "1 … 16384 channels")
    }
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    do throws(ApusError) { try validate() } catch { return .failed(error) }
    return body(input, in: scope)
  }

  public var body: some Layer {
    let plan = plan ?? ([], .basic)
    let isDeep = plan.stages.count == 4
    let width = width ?? (isDeep ? 64 : 16)
    if isDeep, form != .small {
      Conv2D(width, 7, stride: 2, hasBias: false); BatchNorm(); ReLU()
      MaxPool2D(3, stride: 2, padding: 1)
    } else {
      Conv2D(width, 3, hasBias: false); BatchNorm(); ReLU()
    }
    for (stage, count) in plan.stages.enumerated() {
      for index in 0..<count {
        let changes = index == 0 && (stage > 0 || plan.kind == .bottleneck)
        ResidualBlock(
          width << stage, stride: stage > 0 && index == 0 ? 2 : 1, kind: plan.kind,
          shortcut: changes ? (isDeep ? .projected : .padded) : .identity)
      }
    }
    GlobalAveragePool2D()
    if let classes { Dense(classes) }
  }
}
