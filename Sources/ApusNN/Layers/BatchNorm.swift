public import ApusCore

/// Each feature, or each channel of an image, with mean 0 and variance 1 over the batch, then scaled and shifted
/// (Ioffe and Szegedy 2015).
///
/// `[rows, …, channels] → [rows, …, channels]`, the statistics over all axes but the last. Training uses those of the
/// batch at hand, and keeps running ones: running ← (1 − momentum) · running + momentum · batch, the variance divided
/// by the elements less one, as PyTorch does. Inference uses the running ones, so that a row's prediction does not
/// depend on the others of its batch.
public struct BatchNorm: Layer {
  public static let name = "batchNorm"
  public static let formula = "y = γ · (x − mean) / √(variance + ε) + β"
  /// The fraction of the running statistics that a step replaces.
  public var momentum: Double
  /// Added to the variance.
  public var epsilon: Double

  public init() { self.init(momentum: 0.1) }

  public init(momentum: Double = 0.1, epsilon: Double = 1e-5) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard (0...1).contains(momentum), epsilon >= 0 else {
      return .failed(
        ApusError(
          "batchNorm with the momentum \(momentum) and ε = \(epsilon)",
          expected: "0 ≤ momentum ≤ 1 and ε ≥ 0"))
    }
    guard input.shape.rank >= 2, !input.shape[-1].isPerRow else {
      return .failed(ApusError("batchNorm on \(input.shape)", expected: "[rows, …, channels]"))
    }
    let width = TensorShape([input.shape[-1]])
    let weight = scope.parameter("weight", width, .ones, isDecayed: false)
    let bias = scope.parameter("bias", width, .zeros, isDecayed: false)
    var mean = scope.state("running_mean", width, .zeros)
    var variance = scope.state("running_var", width, .ones)
    if scope.mode.usesBatchStatistics {
      let batch = input.moments()
      let count = Tensor.elementCount(TensorShape(Array(input.shape.dimensions.dropLast())))
      // Of a single element the variance is 0, and dividing by nothing would spoil the running one.
      let unbiased = batch.variance * (count / maximum(count - 1, 1))
      let (kept, added) = (Tensor(1 - momentum), Tensor(momentum))
      scope.update("running_mean", to: mean * kept + batch.mean * added)
      scope.update("running_var", to: variance * kept + unbiased * added)
      (mean, variance) = batch
    }
    // One multiplication and one addition an element, whatever stands in the channel.
    let scale = weight / (variance + Tensor(epsilon)).sqrt()
    return input * scale + (bias - mean * scale)
  }
}
