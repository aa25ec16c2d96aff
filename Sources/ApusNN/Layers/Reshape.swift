public import ApusCore

/// The same numbers of each row in the same order under another shape:
/// `[rows, …] → [rows] + shape`, as from a row of 784 pixels to an image `[28, 28, 1]`.
public struct Reshape: Layer {
  public static let name = "reshape"
  public static let formula = "[rows, …] → [rows, shape]"
  /// The shape of a row.
  public var shape: [Int]

  public init() { self.init([]) }

  public init(_ shape: [Int]) {
    self.shape = shape
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let known = input.shape.dimensions.dropFirst()
    let count = known.reduce(1) { $0 * $1.size }
    var product = 1
    for length in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      product = overflow || length < 1 ? 0 : next
      if product == 0 { break }
    }
    guard product == count, !known.contains(where: \.isPerRow) else {
      return .failed(
        ApusError(
          "reshape of \(input.shape) to rows of \(shape)",
          expected: "as many numbers in a row as before, \(count)"))
    }
    return input.reshape(TensorShape([input.shape[0]] + shape.map { Dimension($0) }))
  }
}
