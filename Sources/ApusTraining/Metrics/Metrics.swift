public import ApusCore
package import ApusData
package import ApusNN

/// The metrics that configurations can name.
public enum Metrics {
  public static let table = NameTable<any Metric>(
    "metric",
    [
      Accuracy(), SubsetAccuracy(), TopK(), Precision(), Recall(), F1(), MicroF1(), ROCAUC(), LogLoss(),
      Brier(), CalibrationError(),
      BitsPerCharacter(), Perplexity(), MSE(), RMSE(), MAE(), R2(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the metric of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown metric or parameter, with the nearest name, or a wrong value.
  public static func metric(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Metric {
    try table.item(description, in: vocabulary)
  }

  /// Those of the table that apply, in its order, after the mean loss.
  public static func all(_ results: EvaluatedSamples) -> [MetricValue] { values(results, table.prototypes) }

  /// The default ones among them.
  public static func standard(_ results: EvaluatedSamples) -> [MetricValue] {
    values(
      results, table.prototypes.filter { results.isMultiLabel ? $0.isDefaultForLabels : $0.isDefault })
  }

  /// The mean loss and those of some metrics that apply; the default ones when nil.
  package static func values(_ results: EvaluatedSamples, _ metrics: [any Metric]?) -> [MetricValue] {
    guard let metrics else { return standard(results) }
    var results = results
    if metrics.count(where: { $0 is any DecisionMetric }) > 1 { results.knownDecisions = results.decisions() }
    return [MeanLoss.value(results)] + metrics.compactMap { $0(results) }
  }

  /// Returns whether a metric has a value for targets of a kind.
  ///
  /// - Parameter kind: what the loss' predictions are.
  package static func applies(
    _ metric: any Metric, to targets: TargetKind, isSequence: Bool, _ kind: PredictionKind
  ) -> Bool {
    let width = targets.outputCount
    let (isNumber, isLabel) =
      switch targets {
      case .classes: (false, false)
      case .labels: (false, true)
      case .values: (true, false)
      }
    // Two samples tell.
    let labels: [Int32] = isNumber || isLabel ? [] : [0, 1]
    let values = isNumber || isLabel ? (0..<(2 * width)).map { Double($0 / width) } : []
    let samples = EvaluatedSamples(
      width: width, predictions: isSequence ? [] : [Double](repeating: 0, count: 2 * width),
      classes: isSequence ? labels : nil, labels: labels, values: values, losses: [0, 0], weights: nil,
      kind: kind, isMultiLabel: isLabel, threshold: nil)
    return metric(samples) != nil
  }

  /// The table's metrics that have a value for targets of a kind.
  package static func applying(
    to targets: TargetKind, isSequence: Bool, _ kind: PredictionKind
  ) -> [any Metric] {
    table.prototypes.filter { applies($0, to: targets, isSequence: isSequence, kind) }
  }

  /// Checks metrics that somebody asks for.
  ///
  /// - Throws: for one that has no value for such targets, and for two whose values have one name.
  package static func check(
    _ metrics: [any Metric], for targets: TargetKind, isSequence: Bool, _ kind: PredictionKind
  ) throws(ApusError) {
    var names: Set<String> = [MeanLoss.name]
    for metric in metrics {
      guard applies(metric, to: targets, isSequence: isSequence, kind) else {
        let known = applying(to: targets, isSequence: isSequence, kind).map { type(of: $0).name }
        throw ApusError(
          "the metric \(metric.valueName) is not defined for \(isSequence ? "texts" : targets.words)"
            + (targets.areClassesOrLabels && kind != .probabilities ? " with a loss of scores" : ""),
          expected: known.joined(separator: ", "))
      }
      guard names.insert(metric.valueName).inserted else {
        throw ApusError("the metric \(metric.valueName) is named twice", fix: "leave one of the two out")
      }
    }
  }
}

extension Metric {
  public static var prototypes: [any Named] { Metrics.table.items }
}
