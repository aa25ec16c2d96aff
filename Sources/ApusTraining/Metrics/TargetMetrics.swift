package import ApusCore

/// The metrics of one of several numbers that a model predicts.
public struct TargetMetrics: Sendable, Equatable {
  /// The target's name.
  public var name: String
  /// In the target's own unit.
  public var metrics: MetricValues

  public init(name: String, metrics: MetricValues) {
    (self.name, self.metrics) = (name, metrics)
  }

  /// An element of the member `targets` of an evaluation.
  package var json: JSONValue {
    .object([
      JSONMember("name", .string(name)), JSONMember("metrics", metrics.json),
      JSONMember("standardErrors", metrics.errorsJSON),
    ])
  }
}

extension MetricValues {
  /// The values by their names.
  package var json: JSONValue { .object(map { JSONMember($0.name, .double($0.value)) }) }

  /// The standard errors by the metrics' names.
  package var errorsJSON: JSONValue {
    .object(compactMap { metric in metric.standardError.map { JSONMember(metric.name, .double($0)) } })
  }
}

extension EvaluatedSamples {
  /// The metrics of each of several numbers; empty for a single one, and for classes and labels.
  ///
  /// - Parameter metrics: the default ones when nil.
  public func targetMetrics(_ metrics: [any Metric]? = nil) -> [TargetMetrics] {
    guard isRegression, width > 1 else { return [] }
    let asked = metrics ?? Metrics.table.prototypes.filter(\.isDefault)
    return (0..<width).map { output in
      let samples = target(output)
      return TargetMetrics(
        name: targetNames.indices.contains(output) ? targetNames[output] : "\(output + 1)",
        metrics: MetricValues(asked.compactMap { $0(samples) }))
    }
  }

  /// The samples with one of several numbers as their only target.
  func target(_ output: Int) -> EvaluatedSamples {
    func picked(_ values: [Double]) -> [Double] {
      stride(from: output, to: values.count, by: width).map { values[$0] }
    }
    var samples = EvaluatedSamples(
      width: 1, predictions: picked(predictions), labels: [], values: picked(values), losses: losses,
      kind: kind, weights: weights)
    if targetNames.indices.contains(output) { samples.targetNames = [targetNames[output]] }
    return samples
  }

  /// The mean over the targets of a figure of each number: one for each sample, the unit of what chance is told by.
  func meansOverTargets(_ figures: [Double]) -> [Double] {
    guard width > 1 else { return figures }
    return stride(from: 0, to: figures.count, by: width).map { start in
      figures[start..<min(start + width, figures.count)].reduce(0, +) / Double(width)
    }
  }
}
