public import ApusCore

/// The largest of each channel under a window.
///
/// `[rows, height, width, channels] → [rows, places, places, channels]`. The window moves by its own size unless
/// `stride` says otherwise; with a smaller stride windows overlap (Krizhevsky et al. 2012). There is no padding
/// unless asked for, and it counts for nothing; pixels that no whole window reaches are left out. The gradient
/// goes to the first of equal pixels; NaN is the largest.
public struct MaxPool2D: Layer {
  public static let name = "maxPool2D"
  public static let formula = "y[p] = maxₜ x[p + t]"
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
    return input.maxPooled(window)
  }
}
