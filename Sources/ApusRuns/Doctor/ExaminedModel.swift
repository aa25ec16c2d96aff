package import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// A model that the doctor examines, with its data and its training, and what has been measured on them so far.
///
/// A measurement that several examinations need is made once, when the first of them asks. Belongs to one thread at
/// a time.
public final class ExaminedModel {
  public let model: Model
  public let training: any Dataset
  public let validation: (any Dataset)?
  public let test: (any Dataset)?
  public let settings: TrainingSettings
  /// The raw table that the rows come from, for what is said of columns.
  package let table: ExaminedTable?
  package let names: ExaminedModelNames
  /// A Boolean value that indicates whether the first weights are those of a trained model.
  let beginsTrained: Bool
  /// The notes on the data from reading it, as sentences.
  package let notes: [String]

  private let givenOutcome: TrainingOutcome?
  private let givenEngine: Engine?
  private var probed: Result<Probe, any Error>?
  private var probedAfter: Result<Probe, any Error>?
  private var rehearsed: Result<Rehearsal, any Error>?
  private var surveyed: Result<ColumnSurvey?, any Error>?

  /// - Parameters:
  ///   - table: what is said of columns; of encoded features when nil.
  ///   - beginsTrained: whether the first weights are those of a trained model.
  ///   - outcome: what training came to, for a model that has been trained; when nil a copy is trained for a while.
  ///   - notes: what was noticed when the data was read, as sentences.
  package init(
    _ model: Model, training: any Dataset, validation: (any Dataset)? = nil, test: (any Dataset)? = nil,
    settings: TrainingSettings, table: ExaminedTable? = nil,
    names: ExaminedModelNames = ExaminedModelNames(), outcome: TrainingOutcome? = nil,
    beginsTrained: Bool = false, notes: [String] = [], engine: Engine? = nil
  ) {
    self.notes = notes
    self.beginsTrained = beginsTrained
    self.model = model.aimed(at: training)
    self.training = training
    self.validation = validation.flatMap { $0.count > 0 ? $0 : nil }
    self.test = test.flatMap { $0.count > 0 ? $0 : nil }
    // What is tried out here is tried by one process, on fewer rows than a batch has shards.
    var settings = settings
    settings.recipe.shards = nil
    self.settings = settings
    self.table = table
    self.names = names
    givenOutcome = outcome
    givenEngine = engine
  }

  /// The parts of a split.
  public convenience init(_ model: Model, _ split: DatasetSplit, settings: TrainingSettings) {
    self.init(
      model, training: split.training, validation: split.validation, test: split.test, settings: settings)
  }

  /// A Boolean value that indicates whether the model has been trained already.
  public var isTrained: Bool { givenOutcome != nil }

  func engine() throws -> Engine { try givenEngine ?? Engine.standard() }

  // MARK: Measurements

  /// One batch through the network and back, without dropout.
  func probe() throws -> Probe {
    let result = probed ?? Result { try Probe(self, model) }
    probed = result
    return try result.get()
  }

  /// The same after the short training, or where that broke off; nil for a model that has been trained already.
  func probeAfterTraining() throws -> Probe? {
    guard !isTrained else { return nil }
    let result = try probedAfter ?? Result { [trained = try rehearsal().model] in try Probe(self, trained) }
    probedAfter = result
    return try? result.get()
  }

  /// A short training of a copy.
  func rehearsal() throws -> Rehearsal {
    let result = rehearsed ?? Result { try Rehearsal(self) }
    rehearsed = result
    return try result.get()
  }

  /// Returns the outcome of training; nil where it did not finish.
  func outcome() throws -> TrainingOutcome? {
    if let givenOutcome { return givenOutcome }
    return try rehearsal().outcome
  }

  /// The columns of the table; nil for images.
  func survey() throws -> ColumnSurvey? {
    let result =
      surveyed
      ?? Result {
        try (table ?? ExaminedTable(encoded: training, names: names.features)).map {
          try ColumnSurvey(
            $0.table, target: $0.target, labels: $0.labels, task: $0.task, leaveOut: $0.leaveOut)
        }
      }
    surveyed = result
    return try result.get()
  }

  // MARK: Samples

  /// Rows of the training part in a random order that depends on the seed alone, and on nothing that training draws.
  var sampleOrder: [Int] {
    Philox(seed: settings.seed, path: "doctor").permutation(training.count)
  }

  /// At most so many rows of the training part.
  func sample(_ rows: Int) -> Batch {
    Batch(training, Array(sampleOrder.prefix(rows)))
  }

  /// The training rows' targets, as far as a loss' expected value depends on them.
  var targets: TargetSummary {
    if case .classes(let names) = training.targets {
      return TargetSummary(
        outputs: outputCount / training.positions,
        classWeights: training.classWeights() ?? Array(repeating: 0, count: names.count))
    }
    let batch = sample(4096)
    let weights = training.weights.map { weights in
      sampleOrder.prefix(batch.count).map { Double(weights[$0]) }
    }
    return TargetSummary(
      outputs: outputCount, values: batch.arrays(hasInputs: false).values, weights: weights)
  }

  /// The loss that the model is trained to minimize.
  var loss: any Loss { model.objective!.loss }

  /// The numbers that the network puts out for a row.
  var outputCount: Int { model.outputShape.reduce(1, *) }

  /// Floating-point operations of a training step of so many rows: forward once, backward twice.
  func stepWork(rows: Int) -> Double {
    Double(model.summary.reduce(0) { $0 + $1.floatingPointOperations }) * 3 * Double(rows)
  }
}

/// A raw table, and which of its columns are predicted.
package struct ExaminedTable: Sendable {
  package var table: Table
  package var target: String?
  /// Several columns in the place of the target.
  package var targets: [String] = []
  package var task: LearningTask?
  package var leaveOut: [String]

  package init(_ table: Table, target: String?, task: LearningTask? = nil, leaveOut: [String] = []) {
    self.table = table
    self.target = target
    self.task = task
    self.leaveOut = leaveOut
  }

  var labels: LabelRequest? { targets.isEmpty ? nil : LabelRequest(columns: targets) }

  /// The features of a data set as columns; nil for images, whose pixels are no columns.
  init?(encoded dataset: any Dataset, names features: [String]) throws(ApusError) {
    guard dataset.inputShape.count == 1, dataset.count > 1, dataset.positions == 1 else { return nil }
    let batch = Batch(dataset, Array(0..<dataset.count)).arrays()
    var columns = (0..<batch.inputSize).map { feature in
      Table.Column(
        features.count == batch.inputSize ? features[feature] : "feature \(feature + 1)",
        numbers: (0..<batch.count).map { Double(batch.inputs[$0 * batch.inputSize + feature]) })
    }
    switch dataset.targets {
    case .classes(let names):
      columns.append(Table.Column("target", texts: batch.labels.prefix(batch.count).map { names[Int($0)] }))
      task = .classification
    case .values(let names):
      targets = names.count > 1 ? names.map { "target \($0)" } : []
      for (output, name) in (targets.isEmpty ? ["target"] : targets).enumerated() {
        columns.append(
          Table.Column(
            name, numbers: (0..<batch.count).map { Double(batch.values[$0 * names.count + output]) }))
      }
      task = .regression
    case .labels: return nil
    }
    table = try Table(name: "the training rows", columns: columns)
    target = targets.isEmpty ? "target" : nil
    leaveOut = []
  }
}

/// The outcome of training: the metrics on each part.
package struct TrainingOutcome: Sendable {
  package var training: [MetricValue]
  package var validation: [MetricValue]
  package var test: [MetricValue]

  package init(training: [MetricValue], validation: [MetricValue], test: [MetricValue]) {
    self.training = training
    self.validation = validation
    self.test = test
  }
}
