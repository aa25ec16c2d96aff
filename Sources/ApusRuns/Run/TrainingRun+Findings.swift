import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension TrainingRun {
  /// What is to be told of the run.
  ///
  /// - Parameter checks: the doctor's, of before and after.
  /// - Returns: nil for a run that was interrupted.
  /// - Throws: when the model file cannot be read.
  public func findings(_ report: RunReport, checks: [Finding]) throws -> RunFindings? {
    guard let path = report.model, let (part, dataset, results) = evaluated, let outcome else { return nil }
    var findings = RunFindings(
      name: data.name, folder: folder, configuration: configuration, report: report, checks: checks,
      choices: choices, notes: notes, model: outcome, data: try dataFindings(),
      trainingCount: data.training.count,
      validationCount: data.validation?.count ?? 0, testCount: data.test?.count ?? 0, evaluated: part,
      evaluatedCount: dataset.count,
      metrics: part == .test ? report.test : part == .validation ? report.validation : report.training,
      labels: [], pairs: [], worst: [], modelHash: try SHA256.hex(ofFile: path))
    switch dataset.targets {
    case .classes(let names):
      let matrix = ConfusionMatrix(results, classNames: names)
      // Of characters it would be a page for little.
      if !data.isText { findings.confusion = matrix }
      let sizes = matrix.counts.map { $0.reduce(0, +) }
      let total = sizes.reduce(0, +)
      findings.mostFrequentShare = total > 0 ? (sizes.max() ?? 0) / total : 0
    case .labels(let names): findings.labels = results.labelCounts(names: names)
    case .values(let names):
      guard names.count == 1 else { break }
      let every = max((results.count + RunFindings.mostPairs - 1) / RunFindings.mostPairs, 1)
      findings.pairs = stride(from: 0, to: results.count, by: every).map {
        RunFindings.Pair(truth: results.values[$0], prediction: results.predictions[$0])
      }
    }
    if dataset.positions == 1 { findings.worst = try worst(dataset, results, isTest: part == .test) }
    return findings
  }

  // MARK: Data

  /// More rows than this are not looked at.
  private static let mostRows = 20_000
  private static let mostExamples = 30

  private func dataFindings() throws -> DataFindings {
    if let table = data.table {
      let every = max((table.rowCount + Self.mostRows - 1) / Self.mostRows, 1)
      let shown = every > 1 ? table.rows(Array(stride(from: 0, to: table.rowCount, by: every))) : table
      let labels = LabelRequest(
        columns: data.configuration.targets ?? [], separator: data.configuration.labelSeparator)
      return .table(
        try DataSummary(
          shown, target: data.configuration.target, labels: labels == LabelRequest() ? nil : labels,
          weights: data.configuration.weights, task: task),
        rows: table.rowCount)
    }
    if case .text(let text) = data.schema {
      return .text(context: text.context, vocabulary: text.vocabulary.count)
    }
    guard data.training.inputShape.count == 3, case .classes(let names) = data.training.targets,
      let labels = data.training.classLabels()
    else { return .other }
    var counts = names.map { DataSummary.Count(name: $0, count: 0) }
    var first = [Int?](repeating: nil, count: names.count)
    for (row, label) in labels.enumerated() {
      counts[Int(label)].count += 1
      first[Int(label)] = first[Int(label)] ?? row
    }
    let examples = try first.prefix(Self.mostExamples).enumerated().compactMap { label, row in
      try row.map { try Self.image($0, of: data.training, name: names[label]) }
    }
    return .images(shape: data.training.inputShape, classCounts: counts, examples: examples.compactMap { $0 })
  }

  /// A sample as an image; nil where it is none.
  private static func image(_ row: Int, of dataset: any Dataset, name: String) throws -> ImageSample? {
    guard dataset.inputShape.count == 3, [1, 3].contains(dataset.inputShape[2]) else { return nil }
    let (shape, values) = shrunk(try dataset.batch([row]).arrays().inputs, dataset.inputShape)
    let least = values.min() ?? 0
    let span = (values.max() ?? 1) - least
    return ImageSample(shape: shape, values: values.map { span > 0 ? ($0 - least) / span : 0 }, name: name)
  }

  /// Pixels of a side; what has more is shown by the means of squares, so that a page of many stays small.
  private static let mostPixels = 32

  private static func shrunk(_ values: [Float], _ shape: [Int]) -> (shape: [Int], values: [Float]) {
    let square = (max(shape[0], shape[1]) + mostPixels - 1) / mostPixels
    guard square > 1 else { return (shape, values) }
    let small = [(shape[0] + square - 1) / square, (shape[1] + square - 1) / square, shape[2]]
    var sums = [Float](repeating: 0, count: small.reduce(1, *))
    var counts = sums
    for (place, value) in values.enumerated() {
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: shape[2])
      let (row, column) = pixel.quotientAndRemainder(dividingBy: shape[1])
      let target = (row / square * small[1] + column / square) * shape[2] + channel
      sums[target] += value
      counts[target] += 1
    }
    return (small, zip(sums, counts).map { $0 / $1 })
  }

  // MARK: Worst samples

  private func worst(_ dataset: any Dataset, _ results: EvaluatedSamples, isTest: Bool) throws
    -> [WorstSample]
  {
    let ranked = results.losses.indices.filter { results.losses[$0].isFinite }.sorted {
      (-results.losses[$0], $0) < (-results.losses[$1], $1)
    }
    let predicted = results.labels.isEmpty ? [] : results.predictedLabels
    // For classes only those that are wrong; a list of right ones tells nothing.
    let shown = ranked.filter { predicted.isEmpty || predicted[$0] != results.labels[$0] }.prefix(
      RunFindings.mostWorst)
    let rows = tableRows(dataset, isTest: isTest)
    return try shown.map { sample in
      var worst = WorstSample(
        number: (rows?[sample] ?? sample) + 1, truth: "", prediction: "",
        loss: Double(results.losses[sample]), cells: [])
      let outputs = results.predictions[(sample * results.width)..<((sample + 1) * results.width)]
      switch dataset.targets {
      case .classes(let names):
        worst.truth = names[Int(results.labels[sample])]
        worst.prediction = names[Int(predicted[sample])]
        if results.kind == .probabilities {
          let largest = outputs.max() ?? 0
          worst.probability = results.width == 1 && predicted[sample] == 0 ? 1 - largest : largest
        }
        worst.image = try Self.image(sample, of: dataset, name: worst.truth)
      case .labels(let names):
        let truth = results.values[(sample * results.width)..<((sample + 1) * results.width)]
        worst.truth = zip(names, truth).filter { $1 == 1 }.map(\.0).joined(separator: ", ")
        worst.prediction = zip(names, outputs).enumerated()
          .filter { $1.1 > results.limit(of: $0) }.map(\.element.0).joined(separator: ", ")
      case .values:
        worst.truth = results.values[(sample * results.width)..<((sample + 1) * results.width)]
          .enumerated().map(figure).joined(separator: ", ")
        worst.prediction = outputs.enumerated().map(figure).joined(separator: ", ")
      }
      if let row = rows?[sample], let table = data.table { worst.cells = cells(of: row, in: table) }
      return worst
    }
  }

  /// A target in its own unit, to a thousandth of its deviation: of numbers far from 0 that takes more digits.
  private func figure(_ output: Int, _ value: Double) -> String {
    let scale = model.objective?.scale(of: output) ?? TargetScale()
    let precise = scale.text(value, relative: 1e-3)
    return abs(value) > 1e3 * scale.deviation ? precise : shortFigure(value, digits: 5)
  }

  /// The table's row of each sample; nil where the samples are of another table or of none.
  private func tableRows(_ dataset: any Dataset, isTest: Bool) -> [Int]? {
    guard let table = data.table, let subset = dataset as? DatasetSubset, subset.base.count == table.rowCount,
      !isTest || data.configuration.testData == nil
    else { return nil }
    return subset.indices
  }

  private static let mostCells = 8

  /// The cells that the model sees, in the table's order.
  private func cells(of row: Int, in table: Table) -> [WorstSample.Cell] {
    guard case .table(let preprocessing) = data.schema else { return [] }
    let columns = preprocessing.columns.map { $0.number - 1 }.filter { table.columns.indices.contains($0) }
    return columns.prefix(Self.mostCells).map {
      WorstSample.Cell(column: table.columns[$0].name, text: table.columns[$0].text(row: row) ?? "–")
    }
  }
}
