import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunResult {
  /// Judges what a run has trained.
  ///
  /// - Parameter steps: of this process.
  init(_ run: RunExecution, seconds: Double, steps: Int) throws {
    let (plan, session) = (run.plan, run.session)
    let data = plan.data
    let (trained, kept) = try Self.trained(run)
    var model = trained
    if !run.isTrial {
      model.trainedRows = Self.trainedRows(data)
      if plan.configuration.training.threshold == .auto, let validation = data.validation {
        let results = try model.results(
          on: validation, collective: plan.collective, engine: plan.engine)
        model.objective?.thresholds = results.chosenThresholds()
      }
    }
    let judgedModel = model
    let metrics = session.settings.recipe.metrics
    func evaluate(_ dataset: any Dataset, _ part: Part) throws -> RunEvaluation {
      RunEvaluation(
        part, dataset,
        try judgedModel.results(on: dataset, collective: plan.collective, engine: plan.engine),
        rows: data.rows(of: part), of: judgedModel)
    }
    // The last one is what the result is judged by.
    var judged: any Dataset = data.judgedTraining
    var evaluation = try evaluate(judged, .training)
    var outcome = TrainingOutcome(training: Metrics.all(evaluation.results), validation: [], test: [])
    var targets: [Part: [TargetMetrics]] = [.training: evaluation.results.targetMetrics(metrics)]
    let training = MetricValues(Metrics.values(evaluation.results, metrics))
    var (validation, tested) = (MetricValues([]), MetricValues([]))
    if let samples = data.validation {
      (judged, evaluation) = (samples, try evaluate(samples, .validation))
      outcome.validation = Metrics.all(evaluation.results)
      targets[.validation] = evaluation.results.targetMetrics(metrics)
      validation = MetricValues(Metrics.values(evaluation.results, metrics))
    }
    if let test = data.test, !run.isTrial {
      (judged, evaluation) = (test, try evaluate(test, .test))
      outcome.test = Metrics.all(evaluation.results)
      targets[.test] = evaluation.results.targetMetrics(metrics)
      tested = MetricValues(Metrics.values(evaluation.results, metrics))
    }
    let samples = Double(steps) * Double(data.training.count) / Double(session.stepsPerEpoch)
    self.init(
      name: data.name, folder: run.files.path, configuration: plan.configuration, reasons: plan.reasons,
      notes: plan.notes, task: data.task, isText: data.isText, model: model,
      kept: kept,
      members: run.members, seconds: seconds, samplesPerSecond: seconds > 0 ? samples / seconds : 0,
      threads: plan.engine.threads, instructionSet: plan.engine.instructionSet.rawValue,
      training: training, validation: validation,
      test: tested,
      trainingCount: data.training.count, validationCount: data.validation?.count ?? 0,
      testCount: data.test?.count ?? 0, evaluated: evaluation.part, evaluatedCount: judged.count,
      stepLosses: run.stepLosses,
      linear: LinearReading(
        model, data.training, session.settings, run.members.last?.history ?? History(),
        isSolved: plan.choices.isSolved),
      firstFindings: plan.findings, data: .other, outcome: outcome, evaluation: evaluation, split: data.split)
    targetMetrics = targets
    // Who writes nothing has nobody to explain it to.
    guard !run.isTrial, run.isWriter else { return }
    describeSamples()
    if isText {
      writtenText = try? TextGenerator(model, engine: plan.engine).generate(
        length: Self.writtenLength, TextGenerator.Sampling(seed: session.settings.seed))
    }
    if judged.positions == 1 { worst = try evaluation.worst(of: judged, data) }
    self.data = try DataFindings(data)
    outcomeFindings = plan.findings(on: self, session.settings)
  }

  /// Returns the model that a run's trainings come to: the only one's, the average of all, or the best one's.
  private static func trained(_ run: RunExecution) throws -> (Model, KeptWeights) {
    let (plan, session) = (run.plan, run.session)
    let models = run.models + [try session.result()]
    if plan.choices.isSolved { return (models[0], KeptWeights(.closedForm)) }
    guard models.count > 1 else { return (models[0], session.keptWeights) }
    guard session.settings.ensemble?.keepsBest == true else {
      return (
        try .ensemble(of: models),
        KeptWeights(.ensemble, count: models.count, memberRule: session.keptWeights.rule)
      )
    }
    let judges = plan.data.validation ?? plan.data.judgedTraining
    let losses = try models.map { model in
      MeanLoss.value(try model.results(on: judges, collective: plan.collective, engine: plan.engine)).value
    }
    // The first of equals; a loss that is no number is never the lowest.
    let best = losses.indices.reduce(0) { losses[$1] < losses[$0] || losses[$0].isNaN ? $1 : $0 }
    let kept = run.members[best].history.kept
    return (
      models[best],
      KeptWeights(.restart, epoch: kept?.epoch, count: models.count, memberRule: kept?.rule)
    )
  }

  /// Returns the rows that the model has seen: those of this training, and those of the model that it began with.
  private static func trainedRows(_ data: RunData) -> RowSketch {
    var rows = RowSketch(data.training)
    if let before = data.pretrained?.model.trainedRows { rows.formUnion(before) }
    return rows
  }

  /// Characters that show what a model of texts writes.
  private static let writtenLength = 300

  /// More pairs of truth and prediction make no better picture.
  private static let mostResiduals = 1000

  private mutating func describeSamples() {
    let results = evaluation.results
    switch evaluation.targets {
    case .classes(let names):
      let matrix = ConfusionMatrix(results, classNames: names)
      // Of characters it would be a page for little.
      if !isText { confusion = matrix }
      let sizes = matrix.counts.map { $0.reduce(0, +) }
      let total = sizes.reduce(0, +)
      mostFrequentShare = total > 0 ? (sizes.max() ?? 0) / total : 0
    case .labels(let names): labels = results.labelCounts(names: names)
    case .values(let names):
      let every = max((results.count + Self.mostResiduals - 1) / Self.mostResiduals, 1)
      residuals = names.indices.flatMap { target in
        stride(from: target, to: results.values.count, by: every * names.count).map {
          Residual(truth: results.values[$0], prediction: results.predictions[$0], target: target)
        }
      }
    }
  }

  // MARK: Files

  /// Writes the model and what is known of it.
  func write(to files: RunFolder) throws {
    try model.save(to: files.model)
    // What a power failure takes here, the same run brings back.
    try AtomicFile.write(
      files.history, text: History.csv(members.map(\.history)), survivesPowerFailure: false)
    if let split { try AtomicFile.write(files.split, text: split.csv, survivesPowerFailure: false) }
    try AtomicFile.write(files.report, text: json.text(indents: true) + "\n", survivesPowerFailure: false)
  }
}

extension Split {
  /// A line for each row that is used, in order: its number, counted from 1, and what it is for.
  fileprivate var csv: String {
    let parts = [("training", training.indices), ("validation", validation), ("test", test)]
    let rows = parts.flatMap { part, rows in rows.map { (row: $0, part: part) } }.sorted { $0.row < $1.row }
    return "row,part\n" + rows.map { "\($0.row + 1),\($0.part)\n" }.joined()
  }
}
