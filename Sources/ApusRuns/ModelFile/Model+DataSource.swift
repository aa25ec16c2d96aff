public import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// Metrics of a model on data, with what was noticed.
public struct Evaluation: Sendable {
  public var task: LearningTask
  public var metrics: [MetricValue]
  /// For classification.
  public var confusion: ConfusionMatrix?
  /// For several labels.
  public var labels: [EvaluatedSamples.LabelCounts] = []
  /// For several numbers: the metrics of each.
  public var targets: [TargetMetrics] = []
  public var samples: Int
  /// The number of samples that the model was trained on, or that are equal to one of those; nil where it isn't known.
  public var trainedOn: Int?
  /// The metrics on the samples that it was not trained on; empty where that is all, none, or not known for each.
  public var unseenMetrics: [MetricValue] = []
  /// The same for each of several numbers.
  public var unseenTargets: [TargetMetrics] = []
  public var notes: [String]
}

extension Model {
  /// Metrics on data that has the target.
  ///
  /// - Parameters:
  ///   - metrics: those to compute besides the loss; all that apply when nil.
  ///   - threshold: what a label, or the only output for two classes, must exceed; the objective's when nil.
  ///   - collective: the processes that evaluate together, each with the same arguments: each computes a part of the rows.
  /// - Throws: when the data lacks a column that the model needs, or the target; for a metric that it doesn't have.
  public func evaluate(
    _ source: DataSource, metrics: [any Metric]? = nil, threshold: Double? = nil,
    collective: Collective? = nil, engine: Engine? = nil
  ) throws -> Evaluation {
    let (dataset, notes) = try encodeWithTarget(source)
    try check(threshold: threshold, dataset.targets)
    if let metrics {
      try Metrics.check(
        metrics, for: dataset.targets, isSequence: dataset.positions > 1, requireObjective().loss.predictions)
    }
    func values(_ results: EvaluatedSamples) -> [MetricValue] {
      metrics.map { Metrics.values(results, $0) } ?? Metrics.all(results)
    }
    try collective?.agree(agreement(dataset))
    let results = try results(
      on: dataset, threshold: threshold, collective: collective, engine: engine)
    var evaluation = Evaluation(
      task: .regression, metrics: values(results), samples: results.count, notes: notes)
    if let trainedRows {
      let count = trainedRows.count(in: dataset)
      evaluation.trainedOn = count
      evaluation.notes.insert(
        Self.note(trainedOn: count, of: dataset.count, isExact: trainedRows.isComplete, isText: isForTexts),
        at: 0)
      if count > 0, count < dataset.count, trainedRows.isComplete {
        let unseen = try self.results(
          on: dataset.subset(trainedRows.others(in: dataset)), threshold: threshold, collective: collective,
          engine: engine)
        evaluation.unseenMetrics = values(unseen)
        evaluation.unseenTargets = unseen.targetMetrics(metrics)
      }
    }
    switch dataset.targets {
    case .classes(let names):
      evaluation.task = .classification
      // Of characters it would be a page for little.
      if !results.isSequence { evaluation.confusion = ConfusionMatrix(results, classNames: names) }
    case .labels(let names):
      evaluation.task = .multiLabel
      evaluation.labels = results.labelCounts(names: names)
    case .values: evaluation.targets = results.targetMetrics(metrics)
    }
    return evaluation
  }

  private static func note(trainedOn count: Int, of all: Int, isExact: Bool, isText: Bool) -> String {
    let noun = isText ? "window" : "row"
    guard count > 0 else {
      return "the model was trained on none of the \(counted(all, noun))"
    }
    let part = count == all ? "all" : "\(count) of"
    return
      "the model was trained on \(isExact ? "" : "about ")\(part) the \(counted(all, noun)), or on copies of "
      + "them: on new ones expect less"
  }

  /// The data's samples with a target, as the model takes them.
  ///
  /// - Throws: when the data lacks a column that the model needs, or the target.
  public func samples(_ source: DataSource) throws -> any Dataset { try encodeWithTarget(source).dataset }

  private func encodeWithTarget(_ source: DataSource) throws -> (dataset: any Dataset, notes: [String]) {
    let (dataset, rows, notes) = try encode(source, readsTargets: true)
    guard let rows, !rows.isEmpty else {
      throw ApusError(
        "there is no target to compare with", at: source.place, expected: targetNames,
        fix: "use data that has it; apus predict does without")
    }
    return (rows.count == dataset.count ? dataset : dataset.subset(rows), notes)
  }

  /// A prediction for each row.
  ///
  /// - Parameters:
  ///   - threshold: what a label, or the only output for two classes, must exceed; the objective's when nil.
  ///   - passes: with dropout, whose mean is the prediction and whose spread is told; one without dropout when nil.
  ///   - collective: the processes that predict together, each with the same arguments: each computes a part of the rows.
  /// - Throws: when the data lacks a column that the model needs.
  package func predict(
    _ source: DataSource, threshold: Double? = nil, passes: Int? = nil, collective: Collective? = nil,
    engine: Engine? = nil
  ) throws -> PredictionTable {
    try requireRows(source)
    var (dataset, _, notes) = try encode(source, readsTargets: false)
    let targets = try requireObjective().targets
    try check(threshold: threshold, targets)
    let files = (dataset as? ImageDataset)?.files ?? []
    try collective?.agree(agreement(dataset))
    guard let passes else {
      let results = try results(
        on: dataset, threshold: threshold, readsTargets: false, collective: collective, engine: engine)
      var table = try table(results, targets, notes)
      table.files = files
      return table
    }
    let sampled = try sampledResults(
      on: dataset, passes: passes, threshold: threshold, readsTargets: false, collective: collective,
      engine: engine)
    if !sampled.isRandom { notes.append("the network has no dropout: every pass is the same") }
    var table = try table(sampled.mean, targets, notes)
    table.files = files
    if case .classes = targets, sampled.mean.width > 1 {
      // Of the class that is predicted.
      table.deviations = sampled.mean.predictedLabels.enumerated().map { row, label in
        sampled.deviations[row * sampled.mean.width + Int(label)]
      }
    } else {
      table.deviations = sampled.deviations
    }
    return table
  }

  /// The predictions of a table's rows one piece after the other, so that they need not be in memory together.
  ///
  /// - Parameters:
  ///   - begin: is handed the notes on the data before the first piece.
  ///   - body: is handed each piece; the first has number 0.
  /// - Throws: as ``predict(_:threshold:passes:engine:)``.
  /// - Returns: the number of rows.
  package func predictInPieces(
    _ source: DataSource, threshold: Double? = nil, engine: Engine? = nil,
    begin: (_ notes: [String]) throws -> Void, body: (PredictionTable) throws -> Void
  ) throws -> Int {
    try requireRows(source)
    let (dataset, _, notes) = try encode(source, readsTargets: false)
    let targets = try requireObjective().targets
    try check(threshold: threshold, targets)
    let files = (dataset as? ImageDataset)?.files ?? []
    let evaluator = try Evaluator(self, engine: engine ?? Engine.standard())
    let size = 1 << 16
    for first in stride(from: 0, to: max(dataset.count, 1), by: size) {
      let rows = first..<min(first + size, dataset.count)
      let piece: any Dataset = rows.count == dataset.count ? dataset : dataset.subset(Array(rows))
      var table = try table(evaluator.run(piece, threshold: threshold, readsTargets: false), targets, notes)
      if !files.isEmpty { table.files = Array(files[rows]) }
      if first == 0 { try begin(table.notes) }
      try body(table)
    }
    return dataset.count
  }

  func requireRows(_ source: DataSource) throws(ApusError) {
    guard isForTexts else { return }
    throw ApusError(
      "the model says what comes next in a text, and has no rows to predict", at: source.place,
      fix: "use apus generate; apus evaluate says how well it knows a text")
  }

  /// What several processes must have in common to share the rows of a data set.
  private func agreement(_ dataset: any Dataset) throws -> [(name: String, value: String)] {
    var rows = StableHasher()
    rows.add(RowSketch(dataset).text)
    return [
      ("the model's SHA-256", try serialized().withUnsafeBytes { SHA256.hex($0) }),
      ("the number of rows", "\(dataset.count)"), ("the rows' fingerprint", rows.text),
    ]
  }

  /// - Throws: for a threshold that decides nothing.
  private func check(threshold: Double?, _ targets: TargetKind) throws(ApusError) {
    guard let threshold else { return }
    let place = "--threshold"
    switch targets {
    case .classes(let names) where names.count != 2 || outputShape.count > 1:
      throw ApusError(
        "a threshold is given, and the model tells \(names.count) classes apart", at: place,
        expected: "a model of two classes or of labels", fix: "leave it out")
    case .values:
      throw ApusError(
        "a threshold is given, and the model predicts numbers", at: place,
        expected: "a model of two classes or of labels", fix: "leave it out")
    case .classes, .labels: break
    }
    guard try requireObjective().loss.predictions == .probabilities, !(0...1).contains(threshold) else {
      return
    }
    throw ApusError(
      "\(shortText(threshold)) is no probability", at: place, expected: "a number from 0 to 1")
  }

  private func table(
    _ results: EvaluatedSamples, _ targets: TargetKind, _ notes: [String]
  ) throws(ApusError) -> PredictionTable {
    if case .labels(let names) = targets {
      let decisions = results.predictions.enumerated().map { $1 > results.limit(of: $0 % results.width) }
      return PredictionTable(
        predictions: (0..<results.count).map { row in
          names.indices.filter { decisions[row * names.count + $0] }.map { names[$0] }.joined(separator: "|")
        },
        probabilities: [], classNames: names, classProbabilities: results.predictions,
        decisions: decisions, notes: notes)
    }
    guard case .classes(let names) = targets else {
      return PredictionTable(
        predictions: results.predictions.enumerated().map { scale(of: $0 % results.width).text($1) },
        numberNames: targets.names, probabilities: [], classNames: [], classProbabilities: [], notes: notes)
    }
    let labels = results.predictedLabels
    guard results.kind == .probabilities else {
      return PredictionTable(
        predictions: labels.map { names[Int($0)] }, probabilities: [], classNames: [], classProbabilities: [],
        notes: notes + [
          "the loss \(type(of: try requireObjective().loss).name) gives scores and no probabilities"
        ])
    }
    var probabilities = results.predictions
    if results.width == 1, names.count == 2 { probabilities = results.predictions.flatMap { [1 - $0, $0] } }
    return PredictionTable(
      predictions: labels.map { names[Int($0)] },
      probabilities: labels.enumerated().map { probabilities[$0 * names.count + Int($1)] },
      classNames: names, classProbabilities: probabilities, notes: notes)
  }

  private func scale(of output: Int) -> TargetScale { objective?.scale(of: output) ?? TargetScale() }

  private var targetNames: String {
    guard case .table(let table)? = preprocessing else { return "the column “label”" }
    let names = table.target.names
    return (names.count == 1 ? "the column " : "the columns ")
      + names.map { "“\($0)”" }.joined(separator: ", ")
  }

  /// The data as the model takes it, and the rows whose target is known.
  ///
  /// - Parameter readsTargets: whether the target is of interest where it is there.
  func encode(
    _ source: DataSource, readsTargets: Bool
  ) throws -> (any Dataset, rows: [Int]?, notes: [String]) {
    let objective = try requireObjective()
    switch (preprocessing, source.content) {
    case (.table(let fitted)?, .table(let table)):
      let encoded = try fitted.apply(to: table, targets: objective.encoding, readsTargets: readsTargets)
      return (encoded.dataset, encoded.hasTarget ? encoded.rowsWithTarget : nil, table.notes + encoded.notes)
    case (.images(let fitted)?, .images(let images)):
      var chosen = images.test ?? images.training
      var known = Array(0..<chosen.count)
      if readsTargets {
        (chosen, known) = try images.judged(fitted.target, objective.encoding, name: source.place)
      }
      let notes = images.test == nil ? [] : ["the official test images are used"]
      return (try fitted.apply(to: chosen, name: source.place), known, source.notes + notes)
    case (.text(let fitted)?, .text(let text)):
      let (dataset, notes) = try fitted.apply(to: text, name: source.place)
      return (dataset, Array(0..<dataset.count), notes)
    case (.text?, _):
      throw ApusError(
        "the model was trained on a text, and this is none", at: source.place, expected: "a file .txt")
    case (.table?, .text), (.images?, .text):
      throw ApusError(
        "the model was trained on \(tableFormat == TableFormat() ? "images" : "a table"), and this is a text",
        at: source.place)
    case (.table?, .images):
      throw ApusError("the model was trained on a table, and this is a set of images", at: source.place)
    case (.images?, .table):
      throw ApusError("the model was trained on images, and this is a table", at: source.place)
    case (nil, _):
      throw ApusError(
        "the model file does not say how its inputs are made", expected: "a model that apus train wrote")
    }
  }

  /// A Boolean value that indicates whether the model was trained on a text.
  public var isForTexts: Bool {
    if case .text? = preprocessing { true } else { false }
  }

  /// The table's format as the model saw it in training, for reading new data alike.
  public var tableFormat: TableFormat {
    guard case .table(let table)? = preprocessing else { return TableFormat() }
    return table.format
  }

  /// The format that brings pictures to the form of the model's images.
  package var pictureFormat: PictureFormat {
    guard case .images(let images)? = preprocessing else { return PictureFormat() }
    return PictureFormat(shape: images.inputShape)
  }
}
