import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A network's error over the number of training rows (lectures 1 and 3: "only with sufficient data"), or over the units of
/// its hidden layers, through the place where it can fit every row (lecture 3's double descent; Belkin et al. 2019).
///
/// Each place is trained from several seeds, all for the same number of steps, whatever the rows; the weights are those of the
/// last one. Preprocessing is fitted to all training rows once.
///
/// ```swift
/// var digits = RunConfiguration()
/// digits.data.source = "digits"
/// let curve = try ErrorCurve(rows: [100, 400, 1_600], of: digits)
/// for place in curve.places { print(place.size, place.held.mean) }
/// ```
public struct ErrorCurve: Sendable {
  /// What the places differ by.
  public enum Axis: String, Sendable {
    case rows = "training rows"
    case units = "units of a hidden layer"
  }

  /// An error over seeds.
  public struct Errors: Sendable {
    /// Of each seed.
    public let values: [Double]
    public var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    /// Of the mean; 0 for a single seed.
    public var standardError: Double {
      guard values.count > 1 else { return 0 }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    }
  }

  /// A number of rows, or of units.
  public struct Place: Sendable {
    /// The number on the axis.
    public let size: Int
    /// The network's weights and biases.
    public let parameters: Int
    /// On the rows that it was trained on.
    public let training: Errors
    /// On the test rows; on the validation rows where there are none.
    public let held: Errors
  }

  public let axis: Axis
  /// The error that is measured: `error`, the share of rows with a wrong class; `rmse`, in units of the target; `loss` for
  /// labels and texts.
  public let measure: String
  /// The training rows; the most of them where the places differ by rows.
  public let rows: Int
  /// The rows that it is judged on.
  public let heldRows: Int
  /// The numbers that the network outputs for a row.
  public let outputs: Int
  /// The steps of each training.
  public let steps: Int
  /// By size, the smallest first.
  public let places: [Place]

  /// Measures the error over the number of training rows.
  ///
  /// - Parameters:
  ///   - rows: each from 1 to the number of training rows; halves of it when nil.
  ///   - configuration: the data, the network and its training; a setting that is open has its default for all rows.
  ///   - seeds: trainings for each number, each with first weights, an order and a choice of rows of its own.
  /// - Throws: when the data can't be read, has no rows to judge on, or a setting or number is wrong.
  public init(rows: [Int]? = nil, of configuration: RunConfiguration, seeds: Int = 3) throws {
    let data = try RunData(configuration)
    let choices = try RunChoices(configuration, data)
    let sizes = rows ?? Self.halves(of: data.training.count)
    try Self.check(sizes, to: data.training.count, "training rows")
    try self.init(.rows, sizes.map { Setting(size: $0, rows: $0, choices: choices) }, data, seeds: seeds)
  }

  /// Measures the error over the units of the hidden layers.
  ///
  /// - Parameters:
  ///   - units: of each hidden layer; powers of two to 512 when nil.
  ///   - configuration: the data, the network and its training; it says how many hidden layers there are, one by default.
  ///   - rows: the training rows, at most.
  ///   - seeds: trainings for each number.
  /// - Throws: as for rows; for a network without hidden layers.
  public init(
    units: [Int]?, of configuration: RunConfiguration, rows: Int? = nil, seeds: Int = 3
  ) throws {
    guard configuration.model.layers == nil else {
      throw ApusError(
        "the layers are given one by one", at: "model.layers", fix: "say the hidden layers with model.hidden")
    }
    let data = try RunData(configuration)
    let sizes = units ?? (0...9).map { 1 << $0 }
    try Self.check(sizes, to: ModelConfiguration.units.upperBound, "units")
    let depth = max(configuration.model.hidden?.count ?? 1, 1)
    let count = min(rows ?? data.training.count, data.training.count)
    try Self.check([count], to: data.training.count, "training rows")
    let settings = try sizes.map { size in
      var own = configuration
      own.model.hidden = Array(repeating: size, count: depth)
      return Setting(size: size, rows: count, choices: try RunChoices(own, data))
    }
    try self.init(.units, settings, data, seeds: seeds)
  }

  private struct Setting: Sendable {
    var size: Int
    var rows: Int
    var choices: RunChoices
  }

  private init(_ axis: Axis, _ settings: [Setting], _ data: RunData, seeds: Int) throws {
    guard let held = data.test ?? data.validation else {
      throw ApusError(
        "there are no rows to judge on", at: data.name, fix: "set some aside with --test 0.2")
    }
    guard seeds > 0 else { throw ApusError("\(seeds) seeds", expected: "1 or more") }
    let settings = settings.sorted { $0.size < $1.size }
    if settings.contains(where: { $0.choices.isSolved }) {
      throw ApusError(
        "the model is solved in closed form, on all rows at once", at: "model",
        fix: "train it by gradient descent: --epochs or --optimizer says how")
    }
    let engine = try Engine.standard()
    let places = try Sweep.run(settings, seeds: (0..<seeds).map { UInt64($0) }) { setting, number in
      try Self.train(setting, data, held, number: Int(number), engine)
    }
    self.places = zip(settings, places).map { setting, runs in
      Place(
        size: setting.size, parameters: setting.choices.model.parameterCount,
        training: Errors(values: runs.map(\.training)), held: Errors(values: runs.map(\.held)))
    }
    self.axis = axis
    measure = Self.measure(data)
    rows = settings.map(\.rows).max() ?? 0
    heldRows = held.count
    outputs = settings.first?.choices.model.outputShape.reduce(1, *) ?? 0
    steps = settings.first.map { Self.steps($0, data) } ?? 0
  }

  /// The steps of the training of all rows.
  private static func steps(_ setting: Setting, _ data: RunData) -> Int {
    setting.choices.settings.length(rows: data.training.count).steps
  }

  private static func train(
    _ setting: Setting, _ data: RunData, _ held: any Dataset, number: Int, _ engine: Engine
  ) throws -> (training: Double, held: Double) {
    let choices = setting.choices
    var settings = choices.settings
    settings.seed &+= UInt64(number)
    // What chooses among epochs looks at validation rows, and what averages trains more than once.
    (settings.ensemble, settings.earlyStopping) = (nil, nil)
    settings.recipe.keep = nil
    settings.steps = steps(setting, data)
    var training = choices.classWeights.map { data.training.weighted(byClass: $0) } ?? data.training
    if setting.rows < training.count {
      let order = Philox(seed: settings.seed, path: "error curve rows").permutation(training.count)
      training = training.subset(order.prefix(setting.rows).sorted())
    }
    let session = try TrainingSession(
      choices.model(member: number, on: data, engine: engine), training: training, settings: settings,
      engine: engine)
    do {
      while !session.isFinished { try session.runStep() }
    } catch let error as ApusError where error.kind == .divergence {
      return (.nan, .nan)
    }
    let measure = measure(data)
    return (
      error(measure, try session.results(on: training)), error(measure, try session.results(on: held))
    )
  }

  private static func measure(_ data: RunData) -> String {
    switch data.training.targets {
    case .classes where !data.isText: "error"
    case .values: RMSE.name
    default: MeanLoss.name
    }
  }

  private static func error(_ measure: String, _ results: EvaluatedSamples) -> Double {
    switch measure {
    case "error": Accuracy()(results).map { 1 - $0.value } ?? .nan
    case RMSE.name: RMSE()(results)?.value ?? .nan
    default: MeanLoss.value(results).value
    }
  }

  /// All rows, half of them, and so on: at most eight numbers, none below 16 but the first.
  private static func halves(of count: Int) -> [Int] {
    var sizes = [count]
    while sizes.count < 8, sizes[sizes.count - 1] >= 32 { sizes.append(sizes[sizes.count - 1] / 2) }
    return sizes.reversed()
  }

  private static func check(_ sizes: [Int], to most: Int, _ noun: String) throws(ApusError) {
    guard !sizes.isEmpty else { throw ApusError("no number of \(noun)", expected: "at least one") }
    if let wrong = sizes.first(where: { !(1...most).contains($0) }) {
      throw ApusError("\(wrong) \(noun)", expected: "from 1 to \(most)")
    }
  }
}
