package import ApusTraining

/// Metrics with their standard errors.
package struct MetricLines: Sendable {
  /// One column of metrics for each set of samples.
  private let parts: [(name: String, metrics: [MetricValue])]

  /// - Parameter parts: names of sets of samples with the metrics on them; those without metrics are left out.
  package init(_ parts: [(name: String, metrics: [MetricValue])]) {
    self.parts = parts.filter { !$0.metrics.isEmpty }
  }

  /// `0.976 ± 0.005`: the error with one figure, or two where the first is 1 or 2; the value with as many decimals.
  package static func figure(_ metric: MetricValue) -> String {
    guard let error = metric.standardError, error.isFinite, error > 0, metric.value.isFinite else {
      return shortFigure(metric.value)
    }
    var decimals = 0
    var scaled = error
    while scaled < 2.95, decimals < 9 {
      scaled *= 10
      decimals += 1
    }
    guard abs(metric.value) < 1e9, decimals < 9 else {
      return "\(shortFigure(metric.value)) ± \(shortFigure(error))"
    }
    return "\(fixed(metric.value, decimals)) ± \(fixed(error, decimals))"
  }

  /// The names of metrics in their order, with what stands in a table.
  static func names(_ parts: [[MetricValue]]) -> [(name: String, title: String)] {
    var names: [(name: String, title: String)] = []
    for metric in parts.joined() where !names.contains(where: { $0.name == metric.name }) {
      names.append((metric.name, metric.title))
    }
    return names
  }

  /// A row for each metric, a column for each set: figures are never cut.
  package func lines() -> [String] {
    let names = Self.names(parts.map(\.metrics))
    var table = TextTable([""] + parts.map(\.name), [.left] + parts.map { _ in .left })
    table.indent = 2
    table.rows = names.map { name, title in
      [title]
        + parts.map { part in part.metrics.first { $0.name == name }.map { Self.figure($0) } ?? "" }
    }
    return parts.isEmpty ? [] : table.lines(width: .max)
  }
}
