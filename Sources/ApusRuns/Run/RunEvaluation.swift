import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The samples that a run's result is judged by, beside the model's predictions, in words.
struct RunEvaluation: Sendable {
  let part: RunResult.Part
  let targets: TargetKind
  let results: EvaluatedSamples
  /// The data's row of each sample, counted from 0; nil where the samples are of other data, or of a text.
  let rows: [Int]?
  private let objective: Objective?
  private let predicted: [Int32]

  init(
    _ part: RunResult.Part, _ dataset: any Dataset, _ results: EvaluatedSamples, rows: [Int]?, of model: Model
  ) {
    (self.part, self.targets, self.results, self.rows) = (part, dataset.targets, results, rows)
    objective = model.objective
    predicted = results.labels.isEmpty ? [] : results.predictedLabels
  }

  /// A Boolean value that indicates whether a sample's class is predicted wrongly; false for labels and numbers.
  func isMistaken(_ sample: Int) -> Bool { !predicted.isEmpty && predicted[sample] != results.labels[sample] }

  var isClassification: Bool { !predicted.isEmpty }

  func truth(_ sample: Int, separator: String = ", ", _ figure: (Int, Double) -> String) -> String {
    switch targets {
    case .classes(let names): names[Int(results.labels[sample])]
    case .labels(let names):
      zip(names, numbers(results.values, sample)).filter { $1 == 1 }.map(\.0).joined(separator: separator)
    case .values: numbers(results.values, sample).enumerated().map(figure).joined(separator: separator)
    }
  }

  func prediction(_ sample: Int, separator: String = ", ", _ figure: (Int, Double) -> String) -> String {
    switch targets {
    case .classes(let names): names[Int(predicted[sample])]
    case .labels(let names):
      zip(names, numbers(results.predictions, sample)).enumerated()
        .filter { $1.1 > results.limit(of: $0) }.map(\.element.0).joined(separator: separator)
    case .values: numbers(results.predictions, sample).enumerated().map(figure).joined(separator: separator)
    }
  }

  /// The numbers of a sample, where it has several targets.
  func numbers(_ sample: Int) -> [(truth: Double, prediction: Double)] {
    zip(numbers(results.values, sample), numbers(results.predictions, sample)).map { ($0, $1) }
  }

  /// Returns the probability of the predicted class, where predictions are probabilities.
  func probability(_ sample: Int) -> Double? {
    guard isClassification, results.kind == .probabilities, !results.predictions.isEmpty else { return nil }
    let largest = numbers(results.predictions, sample).max() ?? 0
    return results.width == 1 && predicted[sample] == 0 ? 1 - largest : largest
  }

  /// A target in its own unit, to a thousandth of its deviation: of numbers far from 0 that takes more digits.
  func shortFigure(_ output: Int, _ value: Double) -> String {
    let scale = objective?.scale(of: output) ?? TargetScale()
    let precise = scale.text(value, relative: 1e-3)
    return abs(value) > 1e3 * scale.deviation ? precise : ApusTraining.shortFigure(value, digits: 5)
  }

  private func numbers(_ values: [Double], _ sample: Int) -> ArraySlice<Double> {
    values[(sample * results.width)..<((sample + 1) * results.width)]
  }
}

// MARK: Worst samples

extension RunEvaluation {
  private static let mostWorst = 12
  private static let mostCells = 8

  /// Those with the largest loss; of classes only those that are wrong: a list of right ones tells nothing.
  ///
  /// - Parameter dataset: the samples.
  func worst(of dataset: any Dataset, _ data: RunData) throws -> [RunResult.WorstSample] {
    let ranked = results.losses.indices.filter { results.losses[$0].isFinite }.sorted {
      (-results.losses[$0], $0) < (-results.losses[$1], $1)
    }
    let shown = ranked.filter { !isClassification || isMistaken($0) }.prefix(Self.mostWorst)
    return try shown.map { sample in
      let row = data.table == nil ? nil : rows?[sample]
      let truth = truth(sample, shortFigure)
      return RunResult.WorstSample(
        number: (row ?? sample) + 1, truth: truth, prediction: prediction(sample, shortFigure),
        probability: probability(sample), loss: Double(results.losses[sample]),
        cells: row.map { Self.cells(of: $0, data) } ?? [],
        image: try ImageSample(sample, of: dataset, name: truth), file: dataset.file(ofSample: sample))
    }
  }

  /// The cells that the model sees, in the table's order.
  private static func cells(of row: Int, _ data: RunData) -> [RunResult.WorstSample.Cell] {
    guard case .table(let preprocessing) = data.schema, let table = data.table else { return [] }
    let columns = preprocessing.columns.map { $0.number - 1 }.filter { table.columns.indices.contains($0) }
    return columns.prefix(mostCells).map {
      RunResult.WorstSample.Cell(
        column: table.columns[$0].name, text: table.columns[$0].text(row: row) ?? "–")
    }
  }
}
