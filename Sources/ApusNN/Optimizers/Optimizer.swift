public import ApusCore

/// How gradients change parameters (MISSION D).
///
/// An optimizer is an expression over flat arrays: the engine runs it as one program over the whole arena of
/// parameters. Adding one costs a file with a conforming type, and a line of ``Optimizers/table``.
public protocol Optimizer: Named {
  /// The names of what it keeps for each parameter, zeros at first: `["m", "v"]`.
  var slots: [String] { get }

  /// Numbers that the update needs in a step (counted from 1), computed before it: the rate, the decay of a moment.
  func scalars(step: Int, rate: Double) -> Scalars

  /// The new parameters and slots.
  ///
  /// - Parameters:
  ///   - parameter, gradient: `[n]`
  ///   - slots: one `[n]` for each of ``slots``.
  ///   - scalars: one scalar for each of ``scalars(step:rate:)``.
  func update(
    parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: [Tensor]
  ) -> (parameter: Tensor, slots: [Tensor])

  /// The learning rate when none is given.
  var defaultRate: Double { get }

  /// For one that decays weights by itself: the same without that, for parameters that do not decay (biases). nil for
  /// those that leave decay to the gradient.
  var withoutDecay: (any Optimizer)? { get }

  /// The same with every length in steps, once the run's are known.
  func resolved(in run: RunLength) -> Self
}

extension Optimizer {
  public var withoutDecay: (any Optimizer)? { nil }
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
