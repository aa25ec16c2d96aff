public import ApusCore

/// A search, as the section `search` of a configuration holds it.
///
/// ```yaml
/// search:
///   method: random
///   trials: 30
///   metric: loss
///   halving: 3
///   over:
///     training.learningRate: {log: [1e-4, 1e-1]}
///     model.dropout: {uniform: [0, 0.5]}
///     model.hidden: [[64], [128, 64]]
/// ```
public struct SearchConfiguration: Sendable, Equatable, Codable {
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// Each trial draws each hyper-parameter by itself (Bergstra and Bengio 2012).
    case random
    /// Every combination of the ranges' grid values.
    case grid
  }

  public var method: Method?
  /// How many; a grid has as many as it has points.
  public var trials: Int?
  /// The validation metric that the best trial is best at; the loss when nil.
  public var metric: String?
  /// Successive halving: after a part of its epochs only one trial in so many goes on (Jamieson and Talwalkar 2016).
  public var halving: Int?
  /// Decides what is drawn; the training seed is not touched.
  public var seed: UInt64?
  /// Ranges by key, as in `training.learningRate`; the keys' order is that of the file.
  public var over: JSONValue?

  public init() {}
}
