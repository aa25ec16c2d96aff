package import ApusRuns
package import ApusTraining

/// The curves of one or several runs, overlaid: losses, the metric, the learning rate.
package struct HistoryCharts: Sendable {
  /// Each as a chart of its own.
  package let charts: [any Chart]

  package init(_ history: History, width: Double = 400) { self.init([("", history)], width: width) }

  /// The trainings of a run.
  package init(_ result: RunResult, width: Double = 400) { self.init(result.namedHistories, width: width) }

  /// - Parameter runs: names with what their epochs came to; the colors are the runs'. Of a single run training and
  ///   validation have colors of their own.
  package init(_ runs: [(name: String, history: History)], width: Double = 400) {
    let isSingle = runs.count == 1
    let hasValidation = runs.contains { $0.history.epochs.contains { $0.validation("loss") != nil } }
    var losses: [LineChart.Series] = []
    var marks: [LineChart.Mark] = []
    for (number, run) in runs.enumerated() {
      let epochs = run.history.epochs
      let validation = epochs.map { $0.validation("loss") ?? .nan }
      let isValidated = validation.contains(where: \.isFinite)
      losses.append(
        LineChart.Series(
          isSingle ? "training" : isValidated ? "" : run.name, values: epochs.map(\.trainingLoss),
          isDashed: !isSingle && isValidated,
          color: number))
      if isValidated {
        losses.append(
          LineChart.Series(
            isSingle ? "validation" : run.name, values: validation, color: isSingle ? 1 : number))
      }
      if let mark = run.history.mark, let record = epochs.first(where: { $0.epoch == mark.epoch }) {
        let loss = record.validation("loss")
        marks.append(
          .init(
            Point(Double(mark.epoch), loss ?? record.trainingLoss), isSingle ? mark.label : "",
            color: !isSingle ? number : loss == nil ? 0 : 1))
      }
    }
    let values = losses.flatMap { $0.points.map(\.y) }.filter { $0.isFinite && $0 > 0 }
    let isWide = (values.max() ?? 1) / (values.min() ?? 1) > 30
    var charts: [any Chart] = [
      LineChart(
        isSingle || !hasValidation ? "Loss" : "Loss (training dashed)", losses, marks: marks, xName: "epoch",
        yKind: isWide ? .logarithmic : .linear, width: width)
    ]
    let names = runs.flatMap { $0.history.epochs.first?.validation.map(\.name) ?? [] }.filter { $0 != "loss" }
    // Mistakes and the metric that says most.
    if let metric = Self.telling.first(where: { names.contains($0) }) ?? names.first {
      charts.append(
        LineChart(
          "Validation \(metric)",
          runs.enumerated().compactMap { number, run in
            let values = run.history.epochs.map { $0.validation(metric) ?? .nan }
            // A run without the metric, of numbers beside runs of classes, has no curve here.
            guard values.contains(where: \.isFinite) else { return nil }
            return LineChart.Series(run.name, values: values, color: isSingle ? 1 : number)
          }, xName: "epoch", width: width))
    }
    if runs.contains(where: { run in run.history.epochs.contains { $0.rate != run.history.epochs[0].rate } })
    {
      charts.append(
        LineChart(
          "Learning rate",
          runs.enumerated().map { number, run in
            LineChart.Series(run.name, values: run.history.epochs.map(\.rate), color: isSingle ? 2 : number)
          }, xName: "epoch", width: width))
    }
    self.charts = charts
  }

  private static let telling = ["accuracy", "microF1", "r2"]
}

extension RunResult {
  /// More curves cannot be told apart.
  private static let mostCurves = 8

  /// Its trainings by name, for drawings.
  package var namedHistories: [(name: String, history: History)] {
    members.prefix(Self.mostCurves).enumerated().map {
      (members.count == 1 ? "" : "training \($0 + 1)", $1.history)
    }
  }
}
