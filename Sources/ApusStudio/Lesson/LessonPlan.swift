package import ApusCore
package import ApusData
package import ApusNN
package import ApusTraining

/// What a lesson comes to: its points as data sets, its network, its settings. Made the way of `apus train`, so that the
/// exported run gives the same bits.
package struct LessonPlan: Sendable {
  package private(set) var lesson: Lesson
  package let points: LessonPoints
  let preprocessing: TablePreprocessing
  package let training: any Dataset
  /// Every point, in the order of ``points``.
  let all: any Dataset
  package let validation: (any Dataset)?
  /// Of each point, whether it is kept back.
  let isValidation: [Bool]
  package let network: Sequential
  package private(set) var settings: TrainingSettings
  let inputs: [PointFeature]

  /// - Parameter table: one that was handed in.
  package init(_ lesson: Lesson, table: Table? = nil) throws {
    self.lesson = lesson
    let points = try LessonPoints(lesson.data, table: table)
    self.points = points
    inputs = try lesson.inputs.map { try PointFeature.named($0) }
    let task = try TableTask(
      points.table(inputs), target: points.names.target, task: points.task)
    let split =
      lesson.data.validation > 0
      ? try task.split(SplitOptions(validation: lesson.data.validation, test: 0, seed: lesson.seed))
      : task.unsplit()
    preprocessing = try task.fit(split.training, options: EncodingOptions(scaling: lesson.scaling))
      .preprocessing
    guard preprocessing.columns.count == inputs.count, preprocessing.featureCount == inputs.count else {
      for column in task.schema.columns {
        guard case .leftOut(let why) = column.role else { continue }
        throw ApusError(
          "“\(column.name.prefix(60))” is of no use as an input: \(why)", at: "lesson.inputs",
          fix: "choose another one")
      }
      throw ApusError("an input is of no use", at: "lesson.inputs", fix: "choose others")
    }
    let dataset = try preprocessing.apply(to: task.table).dataset
    all = dataset
    training = dataset.subset(split.training.indices)
    validation = split.validation.isEmpty ? nil : dataset.subset(split.validation)
    var isValidation = [Bool](repeating: false, count: points.count)
    for row in split.validation { isValidation[row] = true }
    self.isValidation = isValidation
    let loss = try lesson.loss.map { try Losses.loss($0) } ?? Self.usualLoss(points.task)
    let count = preprocessing.target.kind.outputCount
    let outputs =
      points.task == .classification && count == 2 && loss.classTargets != .numbers ? 1 : count
    network = try Self.network(lesson, outputs: outputs)
    var settings = TrainingSettings(
      loss: SquaredError(), optimizer: OptimizerSetting(GradientDescent(), rate: lesson.rate),
      epochs: lesson.epochs, batch: min(lesson.batch, split.training.count),
      regularization: Regularization(l2: lesson.l2, l1: lesson.l1, clipNorm: lesson.clipNorm),
      seed: lesson.seed)
    settings.loss = loss
    settings.optimizer = try Optimizers.optimizer(lesson.optimizer)
    settings.schedule = try Schedules.schedule(lesson.schedule)
    self.settings = settings
  }

  /// Another plan with a learning rate of its own.
  init(_ plan: LessonPlan, rate: Double) {
    self = plan
    lesson.rate = rate
    settings.rate = rate
  }

  static func usualLoss(_ task: LearningTask) -> any Loss {
    task == .classification ? SoftmaxCrossEntropy() : SquaredError()
  }

  private static func network(_ lesson: Lesson, outputs: Int) throws -> Sequential {
    var layers: [any Layer] = []
    for layer in lesson.layers {
      layers.append(try dense(layer.units, layer.initializer))
      if layer.batchNorm { layers.append(BatchNorm()) }
      layers.append(try Activations.activation(layer.activation))
      if layer.dropout > 0 { layers.append(Dropout(layer.dropout)) }
    }
    layers.append(try dense(outputs, lesson.initializer))
    return Sequential(layers)
  }

  private static func dense(_ units: Int, _ initializer: JSONValue) throws -> Dense {
    let item = try Initializers.table.item(initializer) as! any Initializer
    return Dense(units, initializer: item)
  }

  /// Where the network's layers stand in it: its dense layers, the output's last, and what follows each hidden one.
  var densePaths: [String] {
    network.items.indices.filter { network.items[$0].layer is Dense }.map { "\($0)" }
  }
  var activationPaths: [String] {
    network.items.indices.filter { network.items[$0].layer is any Activation }.map { "\($0)" }
  }

  /// With the first weights.
  package func model() throws -> Model {
    try Model(inputs: [InputSpecification(training.inputShape)], seed: lesson.seed, network: network)
  }

  package func session(_ model: Model, engine: Engine) throws -> TrainingSession {
    try TrainingSession(
      model, training: training, validation: validation, settings: settings, scale: scale, engine: engine)
  }

  /// What regression outputs are scaled by.
  var scale: TargetScale {
    points.task == .regression
      ? TargetScale(mean: preprocessing.target.mean, deviation: preprocessing.target.deviation)
      : TargetScale()
  }

  func saved(_ model: Model) -> SavedModel {
    SavedModel(model: model, schema: .table(preprocessing), loss: settings.loss)
  }

  /// The features of places in the plane, as the network takes them: `[x.count, inputs]`.
  func features(x: [Double], y: [Double]) throws -> [Float] {
    try preprocessing.apply(to: points.table(inputs, x: x, y: y, targets: nil)).dataset.features
  }

  /// Whether a session of another lesson can go on with this one's: only its learning rate differs.
  func differsOnlyInRate(from other: Lesson) -> Bool {
    var same = other
    same.rate = lesson.rate
    return same == lesson
  }
}
