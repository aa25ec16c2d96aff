public import ApusCore

/// Layers side by side on the same input, their outputs one after the other along the last axis (Szegedy et al. 2014):
///
/// ```swift
/// Branches {
///   Conv2D(64, 1)
///   Sequential { Conv2D(96, 1); ReLU(); Conv2D(128, 3) }
/// }
/// ```
///
/// `[rows, height, width, channels] → [rows, height, width, Σ channels]`. The parameters of the branch at position i are
/// named `i.…`.
public struct Branches: ContainerLayer {
  public static let name = "branches"
  public static let formula = "y = [f₁(x), …, fₙ(x)]"
  /// One item for each branch.
  public var branches: Sequential

  public init() { branches = Sequential() }
  public init(list: Sequential) { branches = list }
  public var list: Sequential { branches }

  public init(@Sequential.Builder _ branches: () -> Sequential) {
    self.branches = branches()
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard !branches.items.isEmpty else { return input }
    var outputs: [Tensor] = []
    for (position, item) in branches.items.enumerated() {
      let output = scope.call(item.layer, input, named: "\(position)", location: item.location)
      guard output.error == nil else { return output }
      if let first = outputs.first, output.shape.dimensions.dropLast() != first.shape.dimensions.dropLast() {
        return .failed(
          ApusError(
            "branches end with \(first.shape) and \(output.shape)",
            expected: "equal shapes but for the last axis",
            fix: "give each branch the same strides, and pad to the same size"))
      }
      outputs.append(output)
    }
    return Tensor.concatenate(outputs, axis: -1)
  }

}
