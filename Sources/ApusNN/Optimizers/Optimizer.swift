public import ApusCore

/// An optimizer: how gradients change parameters, as a formula.
///
/// ``update(_:_:in:)`` is traced once, and the engine runs what it says as one program over all parameters. Whatever it keeps
/// from step to step is a slot with a name, and a number that changes with the step is computed before each:
///
/// ```swift
/// func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
///   step["v"] = (momentum * step["v"] + g).flushed()
///   return w - step.rate * step["v"]
/// }
/// ```
///
/// Adding one to the package costs a file with a conforming type, and a line of ``Optimizers/table``.
public protocol Optimizer: Named {
  /// Returns the new parameters.
  ///
  /// Parameters with the same treatment lie one after the other in one array, so that each element is to be computed from the
  /// elements at its place: a sum would be one over several parameters.
  ///
  /// - Parameters:
  ///   - w: the parameters, `[n]`.
  ///   - g: the gradient of the loss with respect to them, `[n]`: clipped, and with the penalties' own gradients.
  ///   - step: the learning rate, the slots, and numbers that depend on the step.
  /// - Returns: `[n]`. A mistake in shapes is the error of whoever trains with the optimizer.
  func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor

  /// The learning rate when none is given: 0.001 unless the optimizer has its own.
  var defaultRate: Double { get }

  /// Returns the same optimizer with every length in steps, once the run's are known.
  func resolved(in run: RunLength) -> Self
}

extension Optimizer {
  public var defaultRate: Double { 1e-3 }
  public func resolved(in run: RunLength) -> Self { self }
}

/// An optimizer with its learning rate: `.adam(1e-3)`.
public struct OptimizerSetting: Sendable {
  public var optimizer: any Optimizer
  public var rate: Double

  public init(_ optimizer: some Optimizer, rate: Double? = nil) {
    self.optimizer = optimizer
    self.rate = rate ?? optimizer.defaultRate
  }
}
