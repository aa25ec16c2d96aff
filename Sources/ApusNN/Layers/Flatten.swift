public import ApusCore

/// All axes but the rows as one: `[rows, height, width, channels] → [rows, height·width·channels]`.
public struct Flatten: Layer {
  public static let name = "flatten"
  public static let formula = "[rows, h, w, c] → [rows, h·w·c]"

  public init() {}

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let size = input.shape.dimensions.dropFirst().reduce(1) { $0 * $1.size }
    let flat = input.reshape([input.shape[0], Dimension(size)])
    scope.trace.noteFlattened(flat, from: input.shape)
    return flat
  }
}
