public import ApusCore

/// Layers side by side on the same input, their outputs added: a residual block whose way around has layers of its own
/// (He et al. 2015).
///
/// ```swift
/// Sum {
///   Sequential { Conv2D(64, 3, stride: 2); ReLU(); Conv2D(64, 3) }
///   Conv2D(64, 1, stride: 2)
/// }
/// ```
///
/// All outputs have one shape, which is that of the sum. The parameters of the branch at position i are named `i.…`.
public struct Sum: ContainerLayer {
  public static let name = "sum"
  public static let formula = "y = f₁(x) + … + fₙ(x)"
  /// One item for each branch.
  public var branches: Sequential

  public init() { branches = Sequential() }
  public init(list: Sequential) { branches = list }
  public var list: Sequential { branches }

  public init(@Sequential.Builder _ branches: () -> Sequential) {
    self.branches = branches()
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    var sum: Tensor?
    for (position, item) in branches.items.enumerated() {
      let output = scope.call(item.layer, input, named: "\(position)", location: item.location)
      guard output.error == nil else { return output }
      if let first = sum, output.shape != first.shape {
        return .failed(
          ApusError(
            "the branches of a sum end with \(first.shape) and \(output.shape)", expected: "equal shapes",
            fix: "give each branch the same strides and as many channels"))
      }
      sum = sum.map { $0 + output } ?? output
    }
    return sum ?? input
  }

}
