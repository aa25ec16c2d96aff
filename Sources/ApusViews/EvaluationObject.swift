package import ApusCore
import ApusData
package import ApusRuns
import ApusTraining

/// The object that `apus evaluate --json` prints: `{"task","samples","metrics","standardErrors"}`, `"labels"` where a sample may
/// have several, and `"targets"` where several numbers are predicted.
package struct EvaluationObject: Sendable {
  package let json: JSONValue

  package init(_ evaluation: Evaluation) {
    let labels =
      evaluation.labels.isEmpty ? [] : [JSONMember("labels", .array(evaluation.labels.map(\.json)))]
    let members = [
      JSONMember("task", .string(evaluation.task.rawValue)),
      JSONMember("samples", .integer(evaluation.samples)),
      JSONMember("metrics", .object(evaluation.metrics.map { JSONMember($0.name, .double($0.value)) })),
      JSONMember(
        "standardErrors",
        .object(
          evaluation.metrics.compactMap { metric in
            metric.standardError.map { JSONMember(metric.name, .double($0)) }
          })),
    ]
    let positive = evaluation.metrics.lazy.compactMap(\.positiveClass).first
    let decisions = positive.map { [JSONMember("positiveClass", .string($0))] } ?? []
    let trained = evaluation.trainedOn.map { [JSONMember("trainedOn", .integer($0))] } ?? []
    let targets =
      evaluation.targets.isEmpty ? [] : [JSONMember("targets", .array(evaluation.targets.map(\.json)))]
    json = .object(members + decisions + trained + labels + targets)
  }
}
