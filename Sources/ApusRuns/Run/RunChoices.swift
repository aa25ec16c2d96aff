import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The choices of a run where its configuration says nothing: based on the size of the data and the task, never on a
/// name. With the model, which is built here and nowhere else.
struct RunChoices {
  /// The configuration with nothing left open.
  var configuration: RunConfiguration
  var network: any Network
  var loss: any Loss
  var settings: TrainingSettings
  /// A Boolean value that indicates whether the model's weights are those of the closed form, so that there is nothing
  /// to train.
  var isSolved = false
  /// The weight of a row of each class in the loss; nil where each counts once.
  var classWeights: [Double]?
  /// The choices made, and the reasons.
  var lines: [String] = []
  /// Notes on what was asked for and has no effect, or less than one would think.
  var notes: [String] = []
  /// The origin of each setting, and the reason for it.
  var reasons: [Reason] = []
  /// The model with its first weights: the first of several in an ensemble of seeds.
  let model: Model

  /// The number of trainings in the run.
  var runs: Int { settings.ensemble?.runs ?? 1 }

  /// The model of one of several trainings, counted from 0, with its first weights.
  func model(member: Int, on data: RunData, engine: Engine?) throws -> Model {
    guard member > 0 else { return model }
    return try Self.model(
      network, loss, settings.recipe, data, seed: settings.seed &+ UInt64(member), engine
    )
    .model
  }

  /// - Returns: also a line about the weights that it begins with, where they are a model's.
  private static func model(
    _ network: any Network, _ loss: any Loss, _ recipe: Recipe, _ data: RunData, seed: UInt64,
    _ engine: Engine?
  ) throws -> (model: Model, line: String?) {
    var model = try Model(
      inputs: [InputSpecification(data.training.inputShape)], seed: seed, network: network)
    let targets = data.training.targets
    model.objective = Objective(
      targets, loss: loss, scales: data.training.scales, thresholds: recipe.fixedThresholds(for: targets))
    model.preprocessing = data.schema
    if let pretrained = data.pretrained {
      let (started, line) = try pretrained.start(model, for: data.training.targets)
      return (started, line)
    }
    guard let preparation = recipe.prepare else { return (model, nil) }
    return (try model.prepared(with: preparation, on: data.training, engine: engine), nil)
  }

  /// - Parameters:
  ///   - isShared: whether batches are divided into shards where nothing is said of it.
  ///   - engine: of a pass over the data that sets the first weights; the standard one when nil.
  init(
    _ given: RunConfiguration, _ data: RunData, isShared: Bool = false, engine: Engine? = nil
  ) throws {
    try given.check()
    configuration = given
    configuration.data = data.configuration
    var asked = given.training
    let rows = data.training.count
    if asked.batch == .max { asked.batch = rows }
    let family = try Self.family(given.model, isText: data.isText)
    let pretrained = data.pretrained
    let givenLoss =
      asked.loss
      ?? (pretrained?.model.objective?.targets == data.training.targets
        ? pretrained?.model.objective?.loss : nil)
    var facts = DataFacts(
      inputShape: data.training.inputShape, task: data.task, targets: data.training.targets, rows: rows,
      loss: givenLoss, batch: asked.batch)
    facts.isText = data.isText
    facts.takeWeights(of: data.training)
    let suggested = try family.recipe(for: facts)
    let loss = givenLoss ?? suggested.loss ?? Objective(facts.targets).loss
    self.loss = loss
    if let layers = given.model.layers {
      network = layers
    } else if let pretrained {
      network = try pretrained.network(for: data.training.targets, outputs: Self.outputs(data, loss))
    } else {
      network = try family.network(for: facts, outputs: Self.outputs(data, loss))
      lines += family.notes(on: facts)
    }
    let isL2Model = type(of: family).isL2Model
    if isL2Model, let (asked, own) = asked.l2.map({ ($0, suggested.l2 ?? 0) }), asked != own {
      throw ApusError(
        "λ beside the mean loss is \(shortText(asked)) here, and the model's own makes it \(shortText(own))",
        at: given.origin(of: "training.l2") ?? "training.l2", fix: "say it once: as the model's lambda")
    }
    let kind = "the default of \(type(of: family).name) for \(rows) rows"
    var defaults = Self.defaults(
      suggested, asked, isL2Model: isL2Model, isPretrained: pretrained != nil, rows: rows)
    defaults.loss = loss
    if given.model.layers != nil { defaults.auxiliary = nil }
    var recipe = defaults.overlay(asked)
    let solution = Self.closedForm(family, facts, recipe, asked, loss, network, data, &notes)
    if solution != nil { (isSolved, recipe.epochs) = (true, 0) }
    if isShared, !isSolved, recipe.shards == nil {
      recipe.shards = ShardDivision.automatic(batch: min(recipe.batch ?? rows, rows))
    }
    let (batch, rate, l2) = (recipe.batch ?? rows, recipe.learningRate ?? 0, recipe.l2 ?? 0)
    let perEpoch = (rows + batch - 1) / max(batch, 1)
    if let steps = recipe.steps { recipe.epochs = max(steps - 1, 0) / max(perEpoch, 1) + 1 }
    settings = TrainingSettings(recipe)
    guard pretrained == nil || recipe.prepare == nil else {
      throw ApusError(
        "the first weights are a model's, and \(type(of: recipe.prepare!).name) would set them",
        at: "training.prepare", fix: "leave one of the two out")
    }
    try Self.check(settings, configuration.training, loss, data)
    let origin = { given.origin(of: $0) }
    try recipe.checkDecisions(
      on: data.training, hasValidation: data.validation != nil, loss: loss, isText: data.isText,
      origin: origin)
    settings.recipe.metrics =
      recipe.metrics
      ?? Metrics.applying(
        to: data.training.targets, isSequence: data.isText, loss.predictions)
    let weights = try recipe.classWeights(on: data.training, isText: data.isText, origin: origin)
    if data.task == .multiLabel {
      settings.labelWeights = weights ?? []
    } else {
      classWeights = weights
    }
    let (made, line) = try Self.model(network, loss, recipe, data, seed: settings.seed, engine)
    model = try solution.map { try made.solved(by: $0) } ?? made
    noteLengths(rows: rows)
    if let line { lines.append(line) }
    if let shards = settings.recipe.shards, asked.shards == nil {
      lines.append("batches in \(counted(shards, "shard")), which up to \(shards) processes share")
    }
    if isSolved {
      lines.append("solved in closed form; --epochs or --optimizer would train by gradient descent")
    } else if let steps = recipe.steps {
      lines.append("\(steps) steps of \(batch): \(shortFigure(Double(steps) / Double(perEpoch))) epochs")
    } else if asked.epochs == nil || asked.batch == nil {
      lines.append(
        "\(counted(settings.epochs, "epoch")) in batches of \(batch): about "
          + counted(settings.epochs * perEpoch, "step"))
    }
    if asked.optimizer == nil, !isSolved {
      lines.append(
        "\(type(of: settings.optimizer).name) at \(shortText(rate))"
          + Self.words(for: settings.schedule)
          + (l2 > 0 && !isL2Model ? ", L2 \(l2)" : ""))
    }
    configuration.model = ModelConfiguration()
    // The default is not written: its files are those of a run without a family.
    configuration.model.family = given.model.family == nil ? nil : family
    configuration.model.from = given.model.from
    configuration.model.layers = network
    let hasOwnRule = data.validation == nil || settings.ensemble?.runs == 1
    recipe.keep = hasOwnRule ? nil : settings.keep
    if recipe.steps != nil { recipe.epochs = nil }
    if isSolved { recipe = recipe.withoutTraining }
    configuration.training = recipe
    reasons = Self.reasons(
      configuration, given,
      unless: { key in
        switch key {
        case "training.batch" where given.training.batch == .max: "all rows, as asked"
        case "training.shards":
          "by the batch alone, for several processes: up to 8 with 8 rows each, more with 16"
        case "training.loss": pretrained == nil ? kind : "the loss of the model in \(given.model.from ?? "")"
        case "training.optimizer", "training.batch", "training.epochs", "training.clipNorm",
          "training.auxiliary":
          kind
        case "training.learningRate" where pretrained != nil:
          "a tenth of the default, because training goes on from a model"
        case "training.learningRate", "training.schedule", "training.l2":
          asked.optimizer == nil && (asked.learningRate == nil || key == "training.l2")
            ? kind : "the default with \(type(of: settings.optimizer).name)"
        case "model.layers":
          pretrained == nil
            ? "those of \(type(of: family).name) for \(rows) rows" : "those of the model to begin with"
        case "data.validation", "data.test", "data.context", "training.seed", "training.keep": "the default"
        default: "found in the data"
        }
      })
  }

  /// Returns what a family suggests, where it suits what is asked for: another optimizer has a rate of its own, and a rate of
  /// the user's stays as it is.
  private static func defaults(
    _ suggested: Recipe, _ asked: Recipe, isL2Model: Bool, isPretrained: Bool, rows: Int
  ) -> Recipe {
    var defaults = suggested
    let isOwnOptimizer = asked.optimizer == nil
    let optimizer = asked.optimizer ?? suggested.optimizer ?? SGD()
    let rate =
      suggested.optimizer.map { type(of: $0) == type(of: optimizer) } ?? false
      ? suggested.learningRate ?? optimizer.defaultRate : optimizer.defaultRate
    defaults.optimizer = optimizer
    defaults.learningRate = isPretrained ? rate / 10 : rate
    defaults.batch = min(suggested.batch ?? rows, rows)
    if asked.learningRate != nil || !isOwnOptimizer { defaults.schedule = ConstantRate() }
    defaults.l2 = isOwnOptimizer || isL2Model ? suggested.l2 ?? 0 : 0
    defaults.seed = 0
    return defaults
  }

  /// Returns who set each value of a whole configuration, and why.
  ///
  /// - Parameter unless: why a value that nobody gave is what it is.
  private static func reasons(
    _ whole: RunConfiguration, _ given: RunConfiguration, unless: (String) -> String
  ) -> [Reason] {
    let asked = Dictionary(given.values.map { ($0.key, $0.value) }) { $1 }
    return whole.values.map { key, value in
      guard asked[key] == value else { return Reason(key: key, value: value, why: unless(key)) }
      return Reason(key: key, value: value, why: given.origin(of: key, value: value) ?? "set in the program")
    }
  }

  private static func check(
    _ settings: TrainingSettings, _ training: Recipe, _ loss: any Loss, _ data: RunData
  ) throws {
    if settings.earlyStopping != nil, data.validation == nil, !(loss is any MistakeDriven) {
      throw ApusError(
        "early stopping looks at validation rows, and there are none", at: "training.earlyStopping",
        fix: "leave it out, or set rows aside with --validation 0.1")
    }
    if training.keep == .best, data.validation == nil, !(loss is any MistakeDriven) {
      throw ApusError(
        "the best epoch is found by validation rows, and there are none", at: "training.keep",
        fix: "leave it out, or set rows aside with --validation 0.1")
    }
    if let ensemble = settings.ensemble, ensemble.runs == 1 {
      let name = type(of: ensemble).name
      guard training.keep == nil else {
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
  }

  /// Returns how the rate changes, to stand behind its value; nothing where it stays.
  private static func words(for schedule: any Schedule) -> String {
    switch schedule {
    case is ConstantRate: return ""
    case is CosineDecay: return ", falling to 0 along a cosine"
    case let sequence as ScheduleSequence:
      return ", schedule " + sequence.schedules.map { type(of: $0).name }.joined(separator: ", then ")
    default: return ", schedule \(type(of: schedule).name)"
    }
  }

  /// Says where a batch or a schedule is longer than the data or the run.
  private mutating func noteLengths(rows: Int) {
    let capacity = min(settings.batch, rows)
    let (product, overflow) = capacity.multipliedReportingOverflow(by: settings.accumulate)
    if settings.batch > rows { notes.append("a batch of \(settings.batch) holds all \(rows) training rows") }
    if overflow || product >= rows + capacity {
      notes.append(
        "\(settings.accumulate) batches of \(capacity) are more than the \(rows) training rows: each step is of all"
      )
    }
    if let unused = settings.schedule.unused(in: settings.length(rows: rows)) {
      notes.append("the schedule: \(unused)")
    }
  }

  /// The family, with what the configuration says in short among its parameters.
  ///
  /// - Throws: when it has no such parameter, or the layers are given as well.
  private static func family(_ model: ModelConfiguration, isText: Bool) throws -> any ModelFamily {
    let short = (model.json.objectValue ?? []).filter {
      ["hidden", "activation", "dropout"].contains($0.key)
    }
    guard model.from == nil || (short.isEmpty && model.family == nil) else {
      throw ApusError(
        "the layers are those of the model in \(model.from ?? "")", at: "model",
        fix: "leave out the family and the hidden layers, or write all layers")
    }
    do throws(ApusError) {
      let usual = isText ? ModelFamilies.defaultNameForTexts : ModelFamilies.defaultName
      let family: any ModelFamily
      if let given = model.family {
        family = given
      } else {
        family = try ModelFamilies.family(.string(usual))
      }
      guard type(of: family).takesTexts || !isText else {
        throw ApusError(
          "the model \(type(of: family).name) is for tables and images, and this is a text",
          at: "model.family",
          fix: "use \(ModelFamilies.defaultNameForTexts); a table's file should be named .csv or .tsv")
      }
      guard !short.isEmpty else { return family }
      let given = family.configuration[type(of: family).name]?.objectValue ?? []
      if let twice = short.first(where: { own in
        given.contains { $0.key == own.key && $0.value != own.value }
      }) {
        throw ApusError(
          "\(twice.key) is given twice", at: "model.\(twice.key)",
          fix: "leave it out of the model's parameters, or here")
      }
      let others = given.filter { member in !short.contains { $0.key == member.key } }
      return try ModelFamilies.family(
        .object([JSONMember(type(of: family).name, .object(others + short))]))
    } catch {
      throw error.at("model")
    }
  }

  /// Returns the number of values that the network outputs.
  private static func outputs(_ data: RunData, _ loss: any Loss) -> Int {
    let count = data.training.targets.outputCount
    // One logit says it all for two classes, with a loss on numbers.
    return data.task == .classification && count == 2 && loss.classTargets != .numbers ? 1 : count
  }
}
