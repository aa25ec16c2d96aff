public import ApusCore
package import ApusData

/// The metrics that configurations can name.
public enum Metrics {
  public static let table = NameTable<any Metric>(
    "metric",
    [
      Accuracy(), SubsetAccuracy(), TopK(), Precision(), Recall(), F1(), MicroF1(), ROCAUC(), LogLoss(),
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
  public static func all(_ results: EvaluatedSamples) -> [MetricValue] {
    [MeanLoss.value(results)] + table.prototypes.compactMap { $0(results) }
  }

  /// The default ones among them.
  public static func standard(_ results: EvaluatedSamples) -> [MetricValue] {
    [MeanLoss.value(results)]
      + table.prototypes.filter { results.isMultiLabel ? $0.isUsualForLabels : $0.isUsual }.compactMap {
        $0(results)
      }
  }

  /// The names of those that are computed after each epoch for targets of a kind.
  package static func ofEachEpoch(_ targets: TargetKind, isSequence: Bool) -> [String] {
    let width = targets.outputCount
    let (isNumber, isLabel) =
      switch targets {
      case .classes: (false, false)
      case .labels: (false, true)
      case .values: (true, false)
      }
    // Two samples tell which apply.
    let labels: [Int32] = isNumber || isLabel ? [] : [0, 1]
    let values = isNumber || isLabel ? (0..<(2 * width)).map { Double($0 / width) } : []
    let samples = EvaluatedSamples(
      width: width, predictions: isSequence ? [] : [Double](repeating: 0, count: 2 * width),
      classes: isSequence ? labels : nil, labels: labels, values: values, losses: [0, 0], weights: nil,
      kind: nil,
      isMultiLabel: isLabel, threshold: nil)
    return standard(samples).map(\.name)
  }
}

extension Metric {
  public static var prototypes: [any Named] { Metrics.table.items }
}
