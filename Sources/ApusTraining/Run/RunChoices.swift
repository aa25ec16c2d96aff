import ApusCore
import ApusData
import ApusNN

/// What a run does where its configuration says nothing: chosen from the size of the data and from the task, never
/// from a name.
struct RunChoices {
  /// The configuration with nothing left open.
  var configuration: RunConfiguration
  var network: any Network
  var settings: TrainingSettings
  /// What was chosen, and why.
  var lines: [String] = []

  init(_ given: RunConfiguration, _ data: RunData) throws {
    configuration = given
    configuration.data = data.configuration
    let rows = data.training.count
    let size = Size(rows: rows)
    let classes = data.task == .classification
    let loss =
      try given.training.loss.map { try Losses.loss($0) }
      ?? (classes ? SoftmaxCrossEntropy() as any Loss : SquaredError())

    let outputs = Self.outputs(data, loss)
    if let description = given.model.layers {
      guard given.model.hidden == nil, given.model.activation == nil, given.model.dropout == nil else {
        throw ApusError(
          "the model is given as layers and as hidden units", at: "model", fix: "give one of the two")
      }
      network = try Networks.network(description)
    } else {
      let hidden = given.model.hidden ?? size.hidden
      let dropout = given.model.dropout ?? (given.model.hidden == nil ? size.dropout : 0)
      let activation = given.model.activation ?? .string(ReLU.name)
      network = try Self.perceptron(
        inputs: data.training.inputShape, hidden: hidden, activation: Activations.activation(activation),
        dropout: dropout, outputs: outputs)
      if given.model.hidden == nil {
        lines.append(
          "hidden layers \(hidden.map(String.init).joined(separator: ", "))"
            + (dropout > 0 ? " with dropout \(dropout)" : "") + ": the usual for \(rows) rows")
      }
    }

    let optimizer = try given.training.optimizer.map { try Optimizers.optimizer($0) } ?? Adam()
    let chosenOptimizer = given.training.optimizer == nil
    let rate =
      given.training.learningRate
      ?? (chosenOptimizer || optimizer is Adam ? size.rate : optimizer.defaultRate)
    let schedule =
      try given.training.schedule.map { try Schedules.schedule($0) }
      ?? (given.training.learningRate == nil && chosenOptimizer
        ? CosineDecay() as any Schedule : ConstantRate())
    let batch = given.training.batch ?? min(size.batch, rows)
    let epochs = given.training.epochs ?? size.epochs(batch: batch)
    let l2 = given.training.l2 ?? (chosenOptimizer ? size.l2 : 0)
    settings = TrainingSettings(
      loss: SquaredError(), optimizer: OptimizerSetting(GradientDescent(), rate: rate), epochs: epochs,
      batch: batch,
      regularization: Regularization(
        l2: l2, l1: given.training.l1 ?? 0, maxNorm: given.training.maxNorm,
        clipNorm: given.training.clipNorm,
        clipValue: given.training.clipValue),
      groups: given.training.groups ?? [], accumulate: given.training.accumulate ?? 1,
      auxiliary: given.training.auxiliary ?? [:],
      earlyStopping: given.training.earlyStopping.flatMap { $0 > 0 ? $0 : nil }, goal: given.training.goal,
      seed: given.training.seed ?? 0)
    settings.loss = loss
    settings.optimizer = optimizer
    settings.schedule = schedule
    try check()
    if given.training.epochs == nil || given.training.batch == nil {
      lines.append(
        "\(epochs) epochs in batches of \(batch): about \(epochs * ((rows + batch - 1) / batch)) steps")
    }
    if chosenOptimizer {
      lines.append(
        "adam at \(shortText(rate))" + (schedule is CosineDecay ? ", falling to 0 along a cosine" : "")
          + (l2 > 0 ? ", L2 \(l2)" : ""))
    }

    configuration.model = ModelConfiguration()
    configuration.model.layers = network.configuration
    configuration.training.loss = loss.configuration
    configuration.training.optimizer = optimizer.configuration
    configuration.training.learningRate = rate
    configuration.training.schedule = schedule.configuration
    configuration.training.epochs = epochs
    configuration.training.batch = batch
    configuration.training.l2 = l2
    configuration.training.seed = settings.seed
  }

  private func check() throws {
    try settings.regularization.check()
    guard settings.batch > 0 else {
      throw ApusError("a batch of \(settings.batch)", at: "training.batch", expected: "at least 1")
    }
    guard settings.epochs >= 0 else {
      throw ApusError("\(settings.epochs) epochs", at: "training.epochs", expected: "0 or more")
    }
    guard settings.rate >= 0, settings.rate.isFinite else {
      throw ApusError(
        "a learning rate of \(settings.rate)", at: "training.learningRate", expected: "0 or more")
    }
  }

  /// How many numbers the network puts out.
  private static func outputs(_ data: RunData, _ loss: any Loss) -> Int {
    let count = data.schema.targets.outputCount
    // One logit says it all for two classes, with a loss on numbers.
    return data.task == .classification && count == 2 && loss.classTargets != .numbers ? 1 : count
  }

  /// A multilayer perceptron: flatten where the input is an image, hidden layers, a linear output.
  private static func perceptron(
    inputs: [Int], hidden: [Int], activation: any Activation, dropout: Double, outputs: Int
  ) throws -> Sequential {
    if let units = hidden.first(where: { $0 < 1 }) {
      throw ApusError("a hidden layer of \(units) units", at: "model.hidden", expected: "at least 1")
    }
    guard (0..<1).contains(dropout) else {
      throw ApusError("dropout of \(dropout)", at: "model.dropout", expected: "0 or more, below 1")
    }
    var layers: [any Layer] = inputs.count > 1 ? [Flatten()] : []
    for units in hidden {
      layers.append(activation is ReLU ? Dense(units, initializer: .heNormal) : Dense(units))
      layers.append(activation)
      if dropout > 0 { layers.append(Dropout(dropout)) }
    }
    layers.append(Dense(outputs))
    return Sequential(layers)
  }

  /// What goes with so many rows.
  private struct Size {
    var hidden: [Int]
    var dropout: Double
    var batch: Int
    var rate: Double
    var l2: Double
    var steps: Int

    init(rows: Int) {
      switch rows {
      case ..<100: (hidden, dropout, batch, rate, l2, steps) = ([16], 0, 16, 1e-2, 0, 2_000)
      case ..<1_000: (hidden, dropout, batch, rate, l2, steps) = ([64], 0.2, 16, 5e-3, 1e-3, 3_000)
      case ..<10_000: (hidden, dropout, batch, rate, l2, steps) = ([256, 256], 0.3, 32, 2e-3, 1e-4, 4_000)
      default: (hidden, dropout, batch, rate, l2, steps) = ([256, 128], 0.1, 128, 1e-3, 0, 5_000)
      }
      self.rows = rows
    }

    private let rows: Int

    func epochs(batch: Int) -> Int {
      let perEpoch = max((rows + batch - 1) / batch, 1)
      return min(max((steps + perEpoch - 1) / perEpoch, 5), 500)
    }
  }
}
