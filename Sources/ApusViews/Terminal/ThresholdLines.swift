package import ApusRuns
import ApusData
import ApusTraining

/// The thresholds that a label, or the second of two classes, must exceed, where they aren't the defaults.
package struct ThresholdLines: Sendable {
  package let lines: [String]

  package init(_ result: RunResult) {
    let isChosen = result.configuration.training.threshold == .auto
    let why =
      isChosen
      ? ", the highest F1 on the \(counted(result.validationCount, "validation row")), whose own figures are optimistic"
      : ""
    let shown = result.thresholds.map { "\"\($0.name)\" above \(shortFigure($0.value, digits: 3))" }
    lines = shown.isEmpty ? [] : ["predicted: " + shown.joined(separator: ", ") + why]
  }
}
