public import ApusCore

extension Search {
  /// The results of a search.
  public struct Report: Sendable {
    public let metric: String
    /// The keys that were varied.
    public let keys: [String]
    /// The ranges that their values were taken from.
    public let ranges: [Search.Range]
    /// The best first.
    public let trials: [Search.Trial]
    /// The fraction of the scores' spread that each key explains, the largest first.
    public let importance: [Search.Importance]
    public let seconds: Double
    public let folder: String
    public let isInterrupted: Bool

    /// The best of the trials that had all their epochs.
    public var best: Search.Trial? { trials.first { $0.status == .finished } }

    /// The file that reruns the best trial; nil when there is none.
    public var bestConfiguration: String? { best.map { _ in "\(folder)/best.yaml" } }

    /// The object that `--json` prints.
    public var json: JSONValue {
      .object([
        JSONMember("metric", .string(metric)),
        JSONMember("best", bestConfiguration.map { .string($0) } ?? .null),
        JSONMember("seconds", .double(seconds)),
        JSONMember(
          "importance", .object(importance.map { JSONMember($0.key, .double($0.share)) })),
        JSONMember(
          "trials",
          .array(
            trials.map { trial in
              .object([
                JSONMember("number", .integer(trial.number)),
                JSONMember("status", .string(trial.status.rawValue)),
                JSONMember("score", trial.score.map { .double($0) } ?? .null),
                JSONMember("epochs", .integer(trial.epochs)),
                JSONMember("values", .object(zip(keys, trial.values).map { JSONMember($0, $1) })),
                JSONMember("problem", trial.problem.map { .string($0) } ?? .null),
              ])
            })),
      ])
    }
  }
}
