public import ApusCore
import ApusData
import ApusTraining

extension CrossValidation {
  /// The result of a cross-validation. Its table, its report and its files are views of it.
  public struct Result: Sendable {
    /// The results of the folds' runs.
    public let folds: [RunResult]
    /// The metrics over the folds.
    public let scores: [CrossValidation.Score]
    /// The metrics of each of several numbers over the folds; empty for anything else.
    public let targetScores: [(name: String, scores: [CrossValidation.Score])]
    public let folder: String

    init(folds: [RunResult], folder: String) {
      (self.folds, self.folder) = (folds, folder)
      scores = (folds.first?.test ?? MetricValues([])).map { metric in
        CrossValidation.Score(name: metric.name, values: folds.compactMap { $0.test[metric.name]?.value })
      }
      targetScores = (folds.first?.targets(.test) ?? []).enumerated().map { output, target in
        let scores = target.metrics.map { metric in
          CrossValidation.Score(
            name: metric.name,
            values: folds.compactMap { $0.targets(.test)[output].metrics[metric.name]?.value })
        }
        return (target.name, scores)
      }
    }

    /// The object that `--json` prints and `folds.json` holds.
    public var json: JSONValue {
      let targets = targetScores.map { name, scores in
        JSONValue.object([JSONMember("name", .string(name))] + scores.map(\.json))
      }
      return .object(
        scores.map(\.json) + (targets.isEmpty ? [] : [JSONMember("targets", .array(targets))]))
    }

    /// Each row's prediction by the model that was not trained on it: a line for each, in the rows' order, with its number,
    /// counted from 1, and its fold.
    public var predictions: String {
      var lines: [(row: Int, text: String)] = []
      let names = targetScores.map(\.name)
      let hasProbability = folds.contains { $0.evaluatedCount > 0 && $0.evaluation.probability(0) != nil }
      for (number, fold) in folds.enumerated() {
        let evaluation = fold.evaluation
        guard let rows = evaluation.rows else { continue }
        for (sample, row) in rows.enumerated() {
          var fields = ["\(row + 1)", "\(number + 1)"]
          if names.isEmpty {
            fields.append(evaluation.truth(sample, separator: "|") { "\($1)" }.csvField)
            fields.append(evaluation.prediction(sample, separator: "|") { "\($1)" }.csvField)
          } else {
            fields += evaluation.numbers(sample).flatMap { ["\($0.truth)", "\($0.prediction)"] }
          }
          if hasProbability { fields.append(evaluation.probability(sample).map { "\(Float($0))" } ?? "") }
          lines.append((row, fields.joined(separator: ",")))
        }
      }
      // Of several numbers each has columns of its own.
      let columns =
        names.isEmpty
        ? ["true", "predicted"] : names.flatMap { ["true_\($0)".csvField, "predicted_\($0)".csvField] }
      return
        (["row,fold," + columns.joined(separator: ",") + (hasProbability ? ",probability" : "")]
        + lines.sorted { $0.row < $1.row }.map(\.text)).joined(separator: "\n") + "\n"
    }

    func write() throws {
      let files = RunFolder(path: folder)
      try AtomicFile.write(files.scores, text: json.text(indents: true) + "\n", survivesPowerFailure: false)
      try AtomicFile.write(files.predictions, text: predictions, survivesPowerFailure: false)
    }
  }
}

extension CrossValidation.Score {
  fileprivate var json: JSONMember {
    JSONMember(
      name,
      .object([
        JSONMember("mean", .double(mean)), JSONMember("deviation", .double(deviation)),
        JSONMember("folds", .array(values.map { .double($0) })),
      ]))
  }
}
