public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// A kind of model with all that usually goes with it: a name on the command line, and from a few facts about
/// the data a whole recipe for training it.
///
/// Adding one costs a file with a conforming type, and a line of ``ModelFamilies/table``. Its stored properties are its
/// parameters, as those of every ``Named`` thing.
public protocol ModelFamily: Named {
  /// What a run does where its configuration says nothing.
  ///
  /// - Throws: when the family is not for such data, with one that is.
  func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe
  /// Whether it is for texts: for a class at each position of a sequence.
  static var takesTexts: Bool { get }
  /// Whether skewed columns enter as logarithms unless the data's settings say otherwise: not for a linear rule, which is
  /// read in the columns' own units.
  static var takesLogarithms: Bool { get }
}

extension ModelFamily {
  public static var takesTexts: Bool { false }
  public static var takesLogarithms: Bool { true }
}

/// What a family may know of the data.
public struct DataFacts: Sendable {
  /// Of one sample: `[features]` or `[height, width, channels]`.
  public var inputShape: [Int]
  public var task: LearningTask
  /// The classes, labels or values that are asked for.
  public var targets: TargetKind
  /// The training rows.
  public var rows: Int
  /// Σ w of the training rows, their number where they have no weights: what a penalty beside a sum over the rows is
  /// beside.
  public var weight: Double
  /// The sum over the features of their weighted mean squares, at most; 1 for each where rows have no weights.
  public var squares: Double
  /// Whether the rows are windows of a text, with a class at each position.
  public var isText = false
  /// The loss that the user asks for, in the place of the family's.
  public var loss: (any Loss)?
  /// The rows in a step that the user asks for.
  public var batch: Int?

  public init(
    inputShape: [Int], task: LearningTask, targets: TargetKind, rows: Int, loss: (any Loss)? = nil,
    batch: Int? = nil
  ) {
    self.inputShape = inputShape
    self.task = task
    self.targets = targets
    self.rows = rows
    weight = Double(rows)
    squares = Double(inputShape.reduce(1, *))
    self.loss = loss
    self.batch = batch
  }

  /// The numbers of one sample.
  public var features: Int { inputShape.reduce(1, *) }

  /// Looks at what weighted sums over the training rows depend on: features are standardized without weights, and may be
  /// larger with them.
  mutating func takeWeights(of training: any Dataset) {
    guard let weights = training.weights else { return }
    let total = weights.reduce(0.0) { $0 + Double($1) }
    guard total > 0 else { return }
    var sum = 0.0
    for batch in training.batches(of: 256) {
      let rows = batch.arrays()
      for row in 0..<rows.count {
        let inputs = rows.inputs[(row * rows.inputSize)..<((row + 1) * rows.inputSize)]
        sum += Double(rows.weights[row]) * inputs.reduce(0.0) { $0 + Double($1) * Double($1) }
      }
    }
    weight = total
    squares = max(squares, sum / total)
  }

  /// The training rows, with their weight where that is not their number.
  var rowsAndWeight: String {
    "\(rows) rows" + (weight == Double(rows) ? "" : " of weight \(shortFigure(weight))")
  }

  /// Refuses a family that is for another task.
  ///
  /// - Parameter instead: the families that are for this one.
  func require(_ task: LearningTask, for family: any ModelFamily.Type, instead: String) throws(ApusError) {
    guard self.task != task else { return }
    throw ApusError(
      "the model \(family.name) is for \(task.rawValue), and this is \(self.task.rawValue)",
      at: "model.family",
      fix: "use \(instead)"
        + (self.task == .regression ? ", or --task classification where the numbers are classes" : ""))
  }

  /// Refuses a number of outputs that isn't the data's; nil is.
  func require(_ outputs: Int?) throws(ApusError) {
    guard let outputs, outputs != targets.outputCount else { return }
    throw ApusError(
      "the model has \(outputs) outputs, and the data has \(targets.outputCount)", at: "model.family",
      fix: "leave the number out: it is the data's")
  }

  /// Epochs of so many steps altogether.
  func epochs(steps: Int, batch: Int, from least: Int = 5, to most: Int = 500) -> Int {
    let perEpoch = (rows + max(batch, 1) - 1) / max(batch, 1)
    return min(max((steps + perEpoch - 1) / max(perEpoch, 1), least), most)
  }

  /// A power of two, at most 1 / (features + 1): with standardized features, whose mean squares are 1, the curvature of
  /// half the squared error is at most features + 1, and such steps cannot overshoot. Weights may make the squares larger.
  var safeRate: Double {
    var rate = 1.0
    while rate * (squares + 1) > 1 { rate /= 2 }
    return rate
  }

  /// One dense layer on the sample's numbers, and nothing else.
  func linear(_ outputs: Int, _ initializer: some Initializer) -> Sequential {
    Sequential((inputShape.count > 1 ? [Flatten()] : []) + [Dense(outputs, initializer: initializer)])
  }
}

/// All that a family decides; what the user says comes before it.
public struct ModelRecipe: Sendable {
  /// The network that puts out so many numbers.
  public var network: @Sendable (_ outputs: Int) throws(ApusError) -> any Network
  public var loss: any Loss
  public var optimizer: any Optimizer
  public var rate: Double
  public var schedule: any Schedule
  /// Rows in a step.
  public var batch: Int
  /// How often all rows are gone through, in batches of a size.
  public var epochs: @Sendable (_ batch: Int) -> Int
  /// The norm that gradients are scaled down to; nil leaves them.
  public var clipNorm: Double?
  /// λ of λ/2 ‖w‖² beside the mean loss.
  public var l2 = 0.0
  /// Whether ``l2`` is part of the model, and not only of what suits the recipe's optimizer.
  public var isL2Model = false
  /// Whether the least value of loss and penalty has a closed form, which takes the place of training where nothing is said
  /// of how to train.
  public var hasClosedForm = false
  /// Weights of the same loss on further outputs of the network, by name.
  public var auxiliary: [String: Double] = [:]
  /// Notes for the user: what was chosen, and why.
  public var lines: [String] = []

  public init(
    loss: any Loss, optimizer: any Optimizer, rate: Double, schedule: any Schedule, batch: Int,
    epochs: @escaping @Sendable (Int) -> Int,
    network: @escaping @Sendable (Int) throws(ApusError) -> any Network
  ) {
    self.network = network
    self.loss = loss
    self.optimizer = optimizer
    self.rate = rate
    self.schedule = schedule
    self.batch = batch
    self.epochs = epochs
  }
}
