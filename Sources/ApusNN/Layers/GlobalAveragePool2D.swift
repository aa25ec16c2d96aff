public import ApusCore

/// The mean of each channel over the whole image (Lin et al. 2013):
/// `[rows, height, width, channels] → [rows, channels]`.
public struct GlobalAveragePool2D: Layer {
  public static let name = "globalAveragePool2D"
  public static let formula = "y = mean over all pixels of x"

  public init() {}

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard input.shape.image != nil else {
      return .failed(
        ApusError(
          "globalAveragePool2D on \(input.shape)", expected: "images [rows, height, width, channels]",
          fix: "remove the Flatten before it"))
    }
    return input.mean(axes: [1, 2])
  }
}
