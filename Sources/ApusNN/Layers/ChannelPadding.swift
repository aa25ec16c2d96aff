public import ApusCore

/// Channels of zeros behind those that there are: what widens a way around without parameters (He et al. 2015, option A).
///
/// `[rows, …, inputs] → [rows, …, channels]`.
public struct ChannelPadding: Layer {
  public static let name = "channelPadding"
  public static let formula = "y = [x, 0, …, 0]"
  /// The channels of the output; at least as many as come in.
  public var channels: Int

  public init() { self.init(1) }

  public init(_ channels: Int) {
    self.channels = channels
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard input.shape.rank >= 2, !input.shape[-1].isPerRow, input.shape[-1].size <= channels else {
      return .failed(
        ApusError("channelPadding to \(channels) channels on \(input.shape)", expected: "no fewer channels"))
    }
    let missing = channels - input.shape[-1].size
    guard missing > 0 else { return input }
    let shape = TensorShape(input.shape.dimensions.dropLast() + [Dimension(missing)])
    return .concatenate([input, Tensor(0).broadcast(to: shape)], axis: -1)
  }
}
