public import ApusCore

/// The mean of each channel over the pixels under a window.
///
/// `[rows, height, width, channels] → [rows, places, places, channels]`. Strides and padding are those of
/// ``MaxPool2D``; padding is not counted (PyTorch's `count_include_pad=False`).
public struct AveragePool2D: Layer {
  public static let name = "averagePool2D"
  public static let formula = "y[p] = meanₜ x[p + t]"
  public var size: Extent
  public var stride: Extent?
  public var padding: Padding

  public init() { self.init(2) }

  public init(_ size: Extent, stride: Extent? = nil, padding: Padding = .valid) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let window = Window(size, stride: stride ?? size, padding: padding.margins(size, dilation: 1))
    if let error = windowError(Self.name, window, on: input) { return .failed(error) }
    return input.averagePooled(window)
  }
}
