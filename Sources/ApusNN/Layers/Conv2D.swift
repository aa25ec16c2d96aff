public import ApusCore

/// A window of weights that moves over images (LeCun et al. 1989).
///
/// y[n, p, o] = Σ over taps t and channels c of x[n, pixel(p, t), c] · W[t, c, o] + b[o],
/// `[rows, height, width, inputs] → [rows, places, places, channels]`; W is `[h, w, inputs/groups, channels]`. With the
/// stride 1 there are as many places as pixels, unless `padding` says otherwise: see ``Padding/same`` for even
/// windows and larger strides. `groups` equal runs of the inputs go to as many of the outputs: with as many groups as
/// inputs the convolution is depthwise.
public struct Conv2D: Layer {
  public static let name = "conv2D"
  public static let formula = "y[p] = Σₜ x[p + t] · W[t] + b"
  /// The outputs of each place.
  public var channels: Int
  /// The window: `3` for 3 × 3, `[height, width]`.
  public var size: Extent
  public var stride: Extent
  public var padding: Padding
  public var dilation: Extent
  public var groups: Int
  public var hasBias: Bool
  /// The initial value of every bias.
  public var biasValue: Double
  package var initializer: NamedInitializer

  public init() { self.init(1, 3) }

  public init(
    _ channels: Int, _ size: Extent, stride: Extent = 1, padding: Padding = .same, dilation: Extent = 1,
    groups: Int = 1, hasBias: Bool = true, biasValue: Double = 0
  ) {
    self.init(
      channels, size, stride: stride, padding: padding, dilation: dilation, groups: groups, hasBias: hasBias,
      biasValue: biasValue,
      initializer: .he)
  }

  public init(
    _ channels: Int, _ size: Extent, stride: Extent = 1, padding: Padding = .same, dilation: Extent = 1,
    groups: Int = 1, hasBias: Bool = true, biasValue: Double = 0, initializer: some Initializer
  ) {
    self.channels = channels
    self.size = size
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.hasBias = hasBias
    self.biasValue = biasValue
    self.initializer = NamedInitializer(initializer)
  }

  public func validate() throws(ApusError) {
    try require(biasValue.isFinite, "biasValue", biasValue, "a finite number")
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard channels > 0 else {
      return .failed(ApusError("conv2D with \(channels) channels", expected: "at least 1"))
    }
    let window = Window(
      size, stride: stride, dilation: dilation, padding: padding.margins(size, dilation: dilation))
    if let error = windowError(Self.name, window, on: input) { return .failed(error) }
    let inputs = input.shape[3].size
    guard groups >= 1, inputs % groups == 0, channels % groups == 0 else {
      return .failed(
        ApusError(
          "conv2D of \(inputs) channels to \(channels) in \(groups) groups",
          expected: "a number of groups that divides both"))
    }
    let taps = size.height * size.width
    let weight = scope.parameter(
      "weight",
      [Dimension(size.height), Dimension(size.width), Dimension(inputs / groups), Dimension(channels)],
      initializer.value, fanIn: taps * inputs / groups, fanOut: taps * channels / groups, layout: .convolution
    )
    let sums = input.convolved(
      with: weight, stride: stride, dilation: dilation, padding: window.padding, groups: groups)
    guard hasBias else { return sums }
    return sums
      + scope.parameter(
        "bias", [Dimension(channels)], .constant(biasValue), isDecayed: false)
  }
}

/// Returns what is wrong with a layer's window on its input, in the layer's words.
func windowError(_ name: String, _ window: Window, on input: Tensor) -> ApusError? {
  guard let image = input.shape.image else {
    return ApusError(
      "\(name) on \(input.shape)", expected: "images [rows, height, width, channels]",
      fix: "put a Reshape before it, or remove the Flatten")
  }
  do throws(ApusError) {
    _ = try window.places(on: image, name)
    return nil
  } catch {
    return error
  }
}
