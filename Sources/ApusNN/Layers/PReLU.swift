public import ApusCore

/// The input above 0, a learned part of it below: parametric ReLU (He et al. 2015).
///
/// y = x if x > 0, else a · x, `[rows, …, channels] → [rows, …, channels]`; a is one number, or one for each channel,
/// 1/4 at first. max(a x, x) is the same only while a ≤ 1. Weight decay leaves the slopes alone.
public struct PReLU: Layer {
  public static let name = "prelu"
  public static let formula = "y = x if x > 0, else a · x, a learned"
  /// A Boolean value that indicates whether each channel (the last axis) has a slope of its own.
  public var perChannel: Bool
  /// The slopes at first.
  public var slope: Double

  public init() { self.init(perChannel: false) }

  public init(perChannel: Bool = false, slope: Double = 0.25) {
    self.perChannel = perChannel
    self.slope = slope
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let slopes = scope.parameter(
      "weight", [perChannel ? input.shape[-1] : 1], .constant(slope), isDecayed: false)
    return select(input .> 0, input, input * slopes)
  }
}
