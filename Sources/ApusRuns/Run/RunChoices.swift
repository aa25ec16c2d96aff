import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// What a run does where its configuration says nothing: chosen from the size of the data and from the task, never
/// from a name.
struct RunChoices {
  /// The configuration with nothing left open.
  var configuration: RunConfiguration
  var network: any Network
  var loss: any Loss
  var settings: TrainingSettings
  /// What was chosen, and why.
  var lines: [String] = []
  /// What was asked for and has no effect, or less than one would think.
  var notes: [String] = []
  private var preparation: (any InitializationPass)?

  /// How many trainings the run has.
  var runs: Int { settings.ensemble?.runs ?? 1 }

  /// The model with its first weights.
  ///
  /// - Parameter member: of an ensemble of seeds, counted from 0.
  func model(on data: RunData, member: Int = 0, engine: Engine? = nil) throws -> Model {
    var model = try Model(
      inputs: [InputSpecification(data.training.inputShape)], seed: settings.seed &+ UInt64(member),
      network: network)
    model.objective = Objective(data.training.targets, loss: loss, scales: data.training.scales)
    model.preprocessing = data.schema
    if let pretrained = data.pretrained {
      return try pretrained.start(model, for: data.training.targets).model
    }
    return try preparation.map { try model.prepared(with: $0, on: data.training, engine: engine) } ?? model
  }

  init(_ given: RunConfiguration, _ data: RunData) throws {
    configuration = given
    configuration.data = data.configuration
    let rows = data.training.count
    let family = try Self.family(given.model, isText: data.isText)
    let pretrained = data.pretrained
    let givenLoss =
      try given.training.loss.map { try Losses.loss($0) }
      ?? (pretrained?.model.objective?.targets == data.training.targets
        ? pretrained?.model.objective?.loss : nil)
    var facts = DataFacts(
      inputShape: data.training.inputShape, task: data.task, targets: data.training.targets, rows: rows,
      loss: givenLoss, batch: given.training.batch)
    facts.isText = data.isText
    facts.takeWeights(of: data.training)
    let recipe = try family.recipe(for: facts)
    let loss = givenLoss ?? recipe.loss
    if let description = given.model.layers {
      network = try Networks.network(description)
    } else if let pretrained {
      network = try pretrained.network(for: data.training.targets, outputs: Self.outputs(data, loss))
    } else {
      network = try recipe.network(Self.outputs(data, loss))
      lines += recipe.lines
    }
    let optimizer = try given.training.optimizer.map { try Optimizers.optimizer($0) } ?? recipe.optimizer
    let isOwnOptimizer = given.training.optimizer == nil
    let usualRate =
      type(of: optimizer) == type(of: recipe.optimizer) ? recipe.rate : optimizer.defaultRate
    let rate = given.training.learningRate ?? (pretrained == nil ? usualRate : usualRate / 10)
    let schedule =
      try given.training.schedule.map { try Schedules.schedule($0) }
      ?? (given.training.learningRate == nil && isOwnOptimizer ? recipe.schedule : ConstantRate())
    let batch = given.training.batch ?? min(recipe.batch, rows)
    let perEpoch = (rows + batch - 1) / max(batch, 1)
    let epochs =
      given.training.steps.map { max($0 - 1, 0) / max(perEpoch, 1) + 1 } ?? given.training.epochs
      ?? recipe.epochs(batch)
    if recipe.isL2Model, let asked = given.training.l2, asked != recipe.l2 {
      throw ApusError(
        "λ beside the mean loss is \(shortText(asked)) here, and the model's own makes it \(shortText(recipe.l2))",
        at: "training.l2", fix: "say it once: as the model's lambda")
    }
    let l2 = given.training.l2 ?? (isOwnOptimizer || recipe.isL2Model ? recipe.l2 : 0)
    settings = TrainingSettings(
      optimizer: OptimizerSetting(SGD(), rate: rate), epochs: epochs,
      batch: batch,
      regularization: Regularization(
        l2: l2, l1: given.training.l1 ?? 0, maxNorm: given.training.maxNorm,
        clipNorm: given.training.clipNorm ?? recipe.clipNorm,
        clipValue: given.training.clipValue),
      groups: given.training.groups ?? [], accumulate: given.training.accumulate ?? 1,
      auxiliary: given.training.auxiliary ?? (given.model.layers == nil ? recipe.auxiliary : [:]),
      earlyStopping: given.training.earlyStopping.flatMap { $0 > 0 ? $0 : nil }, goal: given.training.goal,
      ensemble: try given.training.ensemble.map { try EnsembleMethods.method($0) },
      augmentations: try (given.training.augment ?? []).map { try Augmentations.augmentation($0) },
      seed: given.training.seed ?? 0)
    self.loss = loss
    settings.optimizer = optimizer
    settings.schedule = schedule
    settings.steps = given.training.steps
    settings.keep = given.training.keep ?? .best
    preparation = try given.training.prepare.map { try InitializationPasses.preparation($0) }
    try check(data)
    noteLengths(rows: rows)
    if let pretrained {
      guard preparation == nil else {
        throw ApusError(
          "the first weights are a model's, and \(type(of: preparation!).name) would set them",
          at: "training.prepare", fix: "leave one of the two out")
      }
      let model = try Model(
        inputs: [InputSpecification(data.training.inputShape)], seed: settings.seed, network: network)
      lines.append(try pretrained.start(model, for: data.training.targets).line)
    }
    if let steps = given.training.steps {
      lines.append("\(steps) steps of \(batch): \(shortFigure(Double(steps) / Double(perEpoch))) epochs")
    } else if given.training.epochs == nil || given.training.batch == nil {
      lines.append("\(epochs) epochs in batches of \(batch): about \(epochs * perEpoch) steps")
    }
    if isOwnOptimizer {
      lines.append(
        "\(type(of: optimizer).name) at \(shortText(rate))"
          + (schedule is CosineDecay ? ", falling to 0 along a cosine" : "")
          + (l2 > 0 && !recipe.isL2Model ? ", L2 \(l2)" : ""))
    }
    configuration.model = ModelConfiguration()
    // The default is not written: its files are those of a run without a family.
    configuration.model.family = given.model.family == nil ? nil : family.configuration
    configuration.model.from = given.model.from
    configuration.model.layers = network.configuration
    configuration.training.loss = loss.configuration
    configuration.training.optimizer = optimizer.configuration
    configuration.training.prepare = preparation?.configuration
    configuration.training.ensemble = settings.ensemble?.configuration
    configuration.training.augment = given.training.augment.map { _ in
      settings.augmentations.map(\.configuration)
    }
    configuration.training.learningRate = rate
    configuration.training.schedule = schedule.configuration
    configuration.training.epochs = given.training.steps == nil ? epochs : nil
    configuration.training.batch = batch
    configuration.training.l2 = l2
    configuration.training.clipNorm = settings.regularization.clipNorm
    if !settings.auxiliary.isEmpty { configuration.training.auxiliary = settings.auxiliary }
    let hasOwnRule = data.validation == nil || settings.ensemble?.runs == 1
    configuration.training.keep = hasOwnRule ? nil : settings.keep
    configuration.training.seed = settings.seed
  }

  private func check(_ data: RunData) throws {
    try settings.regularization.check()
    if settings.earlyStopping != nil, data.validation == nil, !(loss is any MistakeDriven) {
      throw ApusError(
        "early stopping looks at validation rows, and there are none", at: "training.earlyStopping",
        fix: "leave it out, or set rows aside with --validation 0.1")
    }
    if configuration.training.keep == .best, data.validation == nil, !(loss is any MistakeDriven) {
      throw ApusError(
        "the best epoch is found by validation rows, and there are none", at: "training.keep",
        fix: "leave it out, or set rows aside with --validation 0.1")
    }
    if let ensemble = settings.ensemble, ensemble.runs == 1 {
      let name = type(of: ensemble).name
      guard configuration.training.keep == nil else {
        throw ApusError(
          "\(name) says which weights are kept", at: "training.keep", fix: "leave one of the two out")
      }
      if ensemble is SnapshotEnsemble, settings.earlyStopping != nil {
        throw ApusError(
          "early stopping may end the training before its snapshots are taken",
          at: "training.earlyStopping", fix: "leave one of the two out")
      }
    }
    if !settings.augmentations.isEmpty, data.training.inputShape.count != 3 {
      throw ApusError(
        "augmentations of samples of the shape \(data.training.inputShape)", at: "training.augment",
        expected: "images of height × width × channels", fix: "leave it out")
    }
    if let ensemble = settings.ensemble, let problem = ensemble.problem(epochs: settings.epochs) {
      throw ApusError(
        problem, at: "training.ensemble", expected: "no more than there are epochs",
        fix: "train for more epochs, or average fewer")
    }
    guard settings.batch > 0 else {
      throw ApusError("a batch of \(settings.batch)", at: "training.batch", expected: "at least 1")
    }
    guard settings.steps ?? 1 >= 1 else {
      throw ApusError("\(settings.steps!) steps", at: "training.steps", expected: "at least 1")
    }
    guard settings.steps == nil || configuration.training.epochs == nil else {
      throw ApusError(
        "a number of steps is given, and one of epochs", at: "training.steps", fix: "give one of the two")
    }
    guard settings.epochs >= 0 else {
      throw ApusError("\(settings.epochs) epochs", at: "training.epochs", expected: "0 or more")
    }
    guard settings.rate >= 0, settings.rate.isFinite else {
      throw ApusError(
        "a learning rate of \(settings.rate)", at: "training.learningRate", expected: "0 or more")
    }
  }

  /// Says where a batch or a schedule is longer than the data or the run.
  private mutating func noteLengths(rows: Int) {
    let capacity = min(settings.batch, rows)
    let (product, overflow) = capacity.multipliedReportingOverflow(by: settings.accumulate)
    let perStep = overflow ? rows : min(product, rows)
    if settings.batch > rows { notes.append("a batch of \(settings.batch) holds all \(rows) training rows") }
    if overflow || product >= rows + capacity {
      notes.append(
        "\(settings.accumulate) batches of \(capacity) are more than the \(rows) training rows: each step is of all"
      )
    }
    let perEpoch = (rows + perStep - 1) / perStep
    let run = RunLength(steps: settings.steps ?? settings.epochs * perEpoch, stepsPerEpoch: perEpoch)
    if let unused = settings.schedule.unused(in: run) { notes.append("the schedule: \(unused)") }
  }

  /// The family, with what the configuration says in short among its parameters.
  ///
  /// - Throws: when it has no such parameter, or the layers are given as well.
  private static func family(_ model: ModelConfiguration, isText: Bool) throws -> any ModelFamily {
    var short: [JSONMember] = []
    if let hidden = model.hidden { short.append(JSONMember("hidden", .array(hidden.map { .integer($0) }))) }
    if let activation = model.activation { short.append(JSONMember("activation", activation)) }
    if let dropout = model.dropout { short.append(JSONMember("dropout", .double(dropout))) }
    guard model.from == nil || (short.isEmpty && model.family == nil) else {
      throw ApusError(
        "the layers are those of the model in \(model.from ?? "")", at: "model",
        fix: "leave out the family and the hidden layers, or write all layers")
    }
    guard model.layers == nil || short.isEmpty else {
      throw ApusError(
        "the model is given as layers and as hidden units", at: "model", fix: "give one of the two")
    }
    do throws(ApusError) {
      let usual = isText ? ModelFamilies.defaultNameForTexts : ModelFamilies.defaultName
      let family = try ModelFamilies.family(model.family ?? .string(usual))
      guard type(of: family).takesTexts || !isText else {
        throw ApusError(
          "the model \(type(of: family).name) is for tables and images, and this is a text",
          at: "model.family",
          fix: "use \(ModelFamilies.defaultNameForTexts); a table's file should be named .csv or .tsv")
      }
      guard !short.isEmpty else { return family }
      let given = family.configuration[type(of: family).name]?.objectValue ?? []
      let described = model.family?[type(of: family).name]?.objectValue ?? []
      if let twice = short.first(where: { own in
        described.contains { $0.key == own.key && $0.value != own.value }
      }) {
        throw ApusError(
          "\(twice.key) is given twice", at: "model.\(twice.key)",
          fix: "leave it out of the model's parameters, or here")
      }
      let others = given.filter { member in !short.contains { $0.key == member.key } }
      return try ModelFamilies.table.item(type(of: family).name, parameters: .object(others + short))
    } catch {
      throw error.at("model")
    }
  }

  /// How many numbers the network puts out.
  private static func outputs(_ data: RunData, _ loss: any Loss) -> Int {
    let count = data.training.targets.outputCount
    // One logit says it all for two classes, with a loss on numbers.
    return data.task == .classification && count == 2 && loss.classTargets != .numbers ? 1 : count
  }
}
