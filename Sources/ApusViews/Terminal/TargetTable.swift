import ApusCore
import ApusData
package import ApusRuns
package import ApusTraining

/// The metrics of each of several numbers that a model predicts, in the numbers' own units.
package struct TargetTable: Sendable {
  /// A column of figures for each set of samples.
  private let parts: [(name: String, targets: [TargetMetrics])]
  /// More targets than this are counted only; `run.json` has all.
  static let mostShown = 20

  /// - Parameter parts: names of sets of samples with the metrics on them; those without metrics are left out.
  package init(_ parts: [(name: String, targets: [TargetMetrics])]) {
    self.parts = parts.filter { !$0.targets.isEmpty }
  }

  /// A row for each target and metric: the target's name in the first row, the metric, its value on each set.
  var rows: [[String]] {
    guard let first = parts.first?.targets else { return [] }
    return first.prefix(Self.mostShown).enumerated().flatMap { output, target in
      // A metric may be defined on one set alone: of a constant target there is no R².
      MetricLines.names(parts.map { Array($0.targets[output].metrics) }).enumerated().map { place, metric in
        [place == 0 ? target.name : "", metric.title]
          + parts.map { part in
            part.targets[output].metrics[metric.name].map { MetricLines.figure($0) } ?? ""
          }
      }
    }
  }

  /// The names of the sets.
  var partNames: [String] { parts.map(\.name) }

  /// The number of targets that are left out.
  var restCount: Int { max((parts.first?.targets.count ?? 0) - Self.mostShown, 0) }

  package func lines(width: Int = 80) -> [String] {
    guard !parts.isEmpty else { return [] }
    var table = TextTable(["each target", ""] + partNames, Array(repeating: .left, count: parts.count + 2))
    table.rows = rows.map { ["  " + $0[0]] + $0.dropFirst() }
    return table.lines(width: max(width, 60))
      + (restCount > 0 ? ["  … and \(counted(restCount, "more target"))"] : [])
  }
}

extension RunResult {
  /// The metrics of each target on each part.
  package var targetParts: [(name: String, targets: [TargetMetrics])] {
    [Part.training, .validation, .test].map { ($0.rawValue, targets($0)) }
  }
}
