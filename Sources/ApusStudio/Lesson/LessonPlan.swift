package import ApusCore
package import ApusData
package import ApusNN
package import ApusTraining

/// The plan that follows from a lesson: its points as data sets, its network, its settings. Made in the same way as by
/// `apus train`, so that the exported run gives the same bits.
package struct LessonPlan: Sendable {
  package private(set) var lesson: Lesson
  let samples: LessonSamples
  package let training: any Dataset
  package let validation: (any Dataset)?
  /// Boolean values that indicate whether each point is held out for validation.
  let isValidation: [Bool]
  package let network: Sequential
  let objective: Objective
  package private(set) var settings: TrainingSettings

  /// - Parameter table: one that was handed in.
  package init(_ lesson: Lesson, table: Table? = nil) throws {
    self.lesson = lesson
    let samples = try LessonSamples(lesson, table: table)
    self.samples = samples
    let (points, split) = (samples.points, samples.split)
    training = samples.dataset.subset(split.training.indices)
    validation = split.validation.isEmpty ? nil : samples.dataset.subset(split.validation)
    var isValidation = [Bool](repeating: false, count: points.count)
    for row in split.validation { isValidation[row] = true }
    self.isValidation = isValidation
    var recipe = try lesson.recipe
    let loss = recipe.loss ?? Self.defaultLoss(points.task)
    let count = samples.dataset.targets.outputCount
    let outputs =
      points.task == .classification && count == 2 && loss.classTargets != .numbers ? 1 : count
    network = try Self.network(lesson, isImage: samples.imageSize != nil, outputs: outputs)
    recipe.loss = loss
    recipe.batch = min(lesson.batch, split.training.count)
    settings = TrainingSettings(recipe)
    objective = Objective(samples.dataset.targets, loss: loss, scales: samples.dataset.scales)
    for racer in lesson.race.racers { _ = try Optimizers.optimizer(racer.optimizer) }
  }

  /// Another plan with a learning rate of its own.
  init(_ plan: LessonPlan, rate: Double) {
    self = plan
    lesson.learningRate = rate
    settings.rate = rate
  }

  /// The same with other racers.
  func with(race: LessonRace) -> LessonPlan {
    var plan = self
    plan.lesson.race = race
    return plan
  }

  /// The plan of one of a race: its optimizer and its rate on everything else as it is.
  func with(_ racer: LessonRacer) throws -> LessonPlan {
    var plan = with(rate: racer.learningRate)
    plan.settings.optimizer = try Optimizers.optimizer(racer.optimizer)
    return plan
  }

  static func defaultLoss(_ task: LearningTask) -> any Loss {
    task == .classification ? SoftmaxCrossEntropy() : SquaredError()
  }

  private static func network(_ lesson: Lesson, isImage: Bool, outputs: Int) throws -> Sequential {
    var layers: [any Layer] = isImage ? [Flatten()] : []
    for layer in lesson.layers {
      layers.append(try dense(layer.units, layer.initializer))
      if layer.batchNorm { layers.append(BatchNorm()) }
      layers.append(try activations.item(layer.activation))
      if layer.dropout > 0 { layers.append(Dropout(layer.dropout)) }
    }
    layers.append(try dense(outputs, lesson.initializer))
    return Sequential(layers)
  }

  /// The layers that may follow a hidden layer: the activations, and PReLU, whose slope is learned. Maxout is a layer with several
  /// weights an edge, which the page cannot draw.
  static let activations = NameTable<any Layer>(
    "activation", HiddenActivations.table.prototypes.filter { !($0 is Maxout) }, named: { $0 },
    remake: { item, given throws(ApusError) in try item.with(given) })

  private static func dense(_ units: Int, _ initializer: JSONValue) throws -> Dense {
    let item = try Initializers.initializer(initializer)
    return Dense(units, initializer: item)
  }

  /// The paths of the network's layers: its dense layers, the output's last, and what follows each hidden one.
  var densePaths: [String] {
    network.items.indices.filter { network.items[$0].layer is Dense }.map { "\($0)" }
  }
  var activationPaths: [String] {
    network.items.indices.filter { index in
      let layer = network.items[index].layer
      return layer is any Activation || layer is PReLU
    }.map { "\($0)" }
  }

  package var points: LessonPoints { samples.points }
  var inputs: [LessonInput] { samples.inputs }
  package var inputTitles: [String] { inputs.map(\.title) }
  /// The names of the plane's axes: the columns of a table, and for other points the inputs themselves.
  package var axes: [String] {
    lesson.data.set == PointSet.own || variance != nil
      ? [points.names.x, points.names.y] : PointFeature.table.prefix(2).map(\.title)
  }
  /// The fraction of the inputs' variance along each axis of the plane; nil where the axes are numbers themselves.
  package var variance: [Double]? {
    guard case .slice(let projection) = samples.plane else { return nil }
    return projection.shares
  }

  /// With the first weights.
  package func model() throws -> Model {
    try Model(inputs: [InputSpecification(training.inputShape)], seed: lesson.seed, network: network)
  }

  package func session(_ model: Model, engine: Engine) throws -> TrainingSession {
    try TrainingSession(
      aimed(model), training: training, validation: validation, settings: settings, engine: engine)
  }

  /// A model for the lesson's objective.
  func aimed(_ model: Model) -> Model {
    var model = model
    (model.objective, model.preprocessing) = (objective, samples.schema)
    return model
  }

  /// The features of places in the plane, as the network takes them: `[x.count, inputs]`.
  package func features(x: [Double], y: [Double]) throws -> [Float] { try samples.features(x: x, y: y) }

  /// Returns whether a session of another lesson can continue with this one's: only its learning rate differs, or who
  /// races.
  func differsOnlyInRate(from other: Lesson) -> Bool {
    var same = other
    same.learningRate = lesson.learningRate
    same.race = lesson.race
    return same == lesson
  }
}
