public import ApusCore

/// The same layers several times one after the other, each time with parameters of their own:
///
/// ```swift
/// Repeat(3) { Residual { Conv2D(64, 3); ReLU(); Conv2D(64, 3) }; ReLU() }
/// ```
///
/// The parameters of the j-th layer in the i-th repetition are named `i.j.…`. It is saved as the layers that it
/// stands for.
public struct Repeat: Layer {
  public static let name = "repeat"
  public static let formula = "y = f(… f(x))"
  public var times: Int
  public var layers: Sequential

  public init() { self.init(1) {} }

  public init(_ times: Int, @Sequential.Builder _ layers: () -> Sequential) {
    self.times = times
    self.layers = layers()
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard (0...1_000_000).contains(times) else {
      return .failed(ApusError("repeat \(times) times", expected: "a number from 0 to 1000000"))
    }
    return (0..<times).reduce(input) { output, position in
      scope.call(layers, output, named: "\(position)")
    }
  }

  public var expanded: any Layer { Sequential(Array(repeating: layers.expanded, count: max(times, 0))) }
}
