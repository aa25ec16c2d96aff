// Windows that move over images `[rows, height, width, channels]`.

extension Tensor {
  /// The convolution with weights `[h, w, channels/groups, outputs]`:
  /// y[n, p, o] = Σ over taps t and channels c of x[n, pixel(p, t), c] · w[t, c, o], padded with zeros.
  ///
  /// `[rows, height, width, channels] → [rows, places, places, outputs]`; the padding is in pixels beside the image.
  public func convolved(
    with weight: Tensor, stride: Extent = 1, dilation: Extent = 1, padding: Margins = Margins(),
    groups: Int = 1
  ) -> Tensor {
    let size = Extent(weight.shape[0].size, weight.shape[1].size)
    let window = Window(size, stride: stride, dilation: dilation, padding: padding)
    return .apply(Convolution(window: window, groups: groups), [self, weight])
  }

  /// The largest of each channel under a window; the gradient goes to the first of equals.
  ///
  /// `[rows, height, width, channels] → [rows, places, places, channels]`.
  ///
  /// - Parameter stride: the window's size when nil.
  public func maxPooled(_ size: Extent, stride: Extent? = nil, padding: Margins = Margins()) -> Tensor {
    maxPooled(Window(size, stride: stride ?? size, padding: padding))
  }

  package func maxPooled(_ window: Window) -> Tensor { .apply(MaxPool(window: window), [self]) }

  /// The mean of each channel over the pixels under a window; padding is not counted.
  ///
  /// `[rows, height, width, channels] → [rows, places, places, channels]`.
  ///
  /// - Parameter stride: the window's size when nil.
  public func averagePooled(_ size: Extent, stride: Extent? = nil, padding: Margins = Margins()) -> Tensor {
    averagePooled(Window(size, stride: stride ?? size, padding: padding))
  }

  package func averagePooled(_ window: Window) -> Tensor { .apply(AveragePool(window: window), [self]) }
}
