public import ApusCore
public import ApusTraining

/// What `apus evaluate --json` prints: `{"task","samples","metrics","standardErrors"}`.
public struct EvaluationObject: Sendable {
  public let json: JSONValue

  public init(_ evaluation: Evaluation) {
    let task = evaluation.confusion == nil ? "regression" : "classification"
    json = .object([
      JSONMember("task", .string(task)), JSONMember("samples", .integer(evaluation.samples)),
      JSONMember("metrics", .object(evaluation.metrics.map { JSONMember($0.name, .double($0.value)) })),
      JSONMember(
        "standardErrors",
        .object(
          evaluation.metrics.compactMap { metric in
            metric.standardError.map { JSONMember(metric.name, .double($0)) }
          })),
    ])
  }
}
