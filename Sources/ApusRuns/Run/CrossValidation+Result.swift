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
    public let folder: String

    init(folds: [RunResult], folder: String) {
      (self.folds, self.folder) = (folds, folder)
      scores = (folds.first?.test ?? MetricValues([])).map { metric in
        CrossValidation.Score(name: metric.name, values: folds.compactMap { $0.test[metric.name]?.value })
      }
    }

    /// The object that `--json` prints and `folds.json` holds.
    public var json: JSONValue {
      .object(
        scores.map { score in
          JSONMember(
            score.name,
            .object([
              JSONMember("mean", .double(score.mean)), JSONMember("deviation", .double(score.deviation)),
              JSONMember("folds", .array(score.values.map { .double($0) })),
            ]))
        })
    }

    /// Each row's prediction by the model that was not trained on it: a line for each, in the rows' order, with its number,
    /// counted from 1, and its fold.
    public var predictions: String {
      var lines: [(row: Int, text: String)] = []
      let hasProbability = folds.contains { $0.evaluatedCount > 0 && $0.evaluation.probability(0) != nil }
      for (number, fold) in folds.enumerated() {
        let evaluation = fold.evaluation
        guard let rows = evaluation.rows else { continue }
        for (sample, row) in rows.enumerated() {
          var fields = [
            "\(row + 1)", "\(number + 1)", evaluation.truth(sample, separator: "|") { "\($1)" }.csvField,
            evaluation.prediction(sample, separator: "|") { "\($1)" }.csvField,
          ]
          if hasProbability { fields.append(evaluation.probability(sample).map { "\(Float($0))" } ?? "") }
          lines.append((row, fields.joined(separator: ",")))
        }
      }
      return
        (["row,fold,true,predicted" + (hasProbability ? ",probability" : "")]
        + lines.sorted { $0.row < $1.row }.map(\.text)).joined(separator: "\n") + "\n"
    }

    func write() throws {
      let files = RunFolder(path: folder)
      try AtomicFile.write(files.scores, text: json.text(indents: true) + "\n", survivesPowerFailure: false)
      try AtomicFile.write(files.predictions, text: predictions, survivesPowerFailure: false)
    }
  }
}
