public import ApusCore

/// The description of the weights that a training's result has.
public struct KeptWeights: Sendable, Equatable, Codable {
  public enum Rule: String, Sendable, Codable {
    /// Those of the last epoch.
    case lastEpoch
    /// Those of the epoch with the lowest validation loss.
    case bestEpoch
    /// Those of the epoch with the fewest mistaken training rows (Gallant 1990).
    case pocket
    /// Those of the closed form: nothing was trained.
    case closedForm
    /// A mean of weights.
    case average
    /// Several models, whose predictions are averaged.
    case ensemble
    /// Those of the best of several trainings, by the validation loss.
    case restart
  }

  public var rule: Rule
  /// The epoch after which the model had these weights, counted from 1 in its training; nil for a mean and for several models.
  public var epoch: Int?
  /// The number of weights or models that are averaged, or of trainings of which one is kept; nil for a running average of all.
  public var count: Int?
  /// The rule for the weights of each of several trainings.
  public var memberRule: Rule?

  public init(_ rule: Rule, epoch: Int? = nil, count: Int? = nil, memberRule: Rule? = nil) {
    self.rule = rule
    self.epoch = epoch
    self.count = count
    self.memberRule = memberRule
  }

  /// A Boolean value that indicates whether the validation samples chose the weights: their figures then promise more
  /// than new samples will show.
  public var isValidationOptimistic: Bool {
    rule == .bestEpoch || rule == .restart || memberRule == .bestEpoch
  }

  /// A clause for people, as in "epoch 23 of 38, with the lowest validation loss".
  ///
  /// - Parameter epochs: of the whole training.
  public func clause(of epochs: Int) -> String {
    switch rule {
    case .lastEpoch: "\(epochs == 1 ? "the only epoch" : "the last epoch, \(epoch ?? epochs)")"
    case .bestEpoch: "epoch \(epoch ?? 0) of \(epochs), with the lowest validation loss"
    case .pocket: "epoch \(epoch ?? 0) of \(epochs), with the fewest mistaken training rows"
    case .closedForm: "those of the closed form"
    case .average: count.map { "the mean of those after \($0) epochs" } ?? "a running average of all steps"
    case .ensemble:
      "\(count ?? 0) models whose predictions are averaged"
        + (memberRule == .bestEpoch ? ", each of its epoch with the lowest validation loss" : "")
    case .restart:
      "the best of \(count ?? 0) trainings by the lowest loss, of its epoch \(epoch ?? epochs)"
    }
  }

  /// The member `kept` of a run's object.
  public var json: JSONValue {
    .object(
      [JSONMember("rule", .string(rule.rawValue)), JSONMember("epoch", epoch.map { .integer($0) } ?? .null)]
        + (count.map { [JSONMember("count", .integer($0))] } ?? [])
        + (memberRule.map { [JSONMember("memberRule", .string($0.rawValue))] } ?? [])
        + [JSONMember("validationIsOptimistic", .bool(isValidationOptimistic))])
  }
}
