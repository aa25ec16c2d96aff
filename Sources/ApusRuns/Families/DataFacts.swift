import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The facts of the data that a model family may know.
public struct DataFacts: Sendable {
  /// The shape of one sample: `[features]` or `[height, width, channels]`.
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
  /// A Boolean value that indicates whether the rows are windows of a text, with a class at each position.
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

  /// Returns the rows in a step: as many as the user asks for, or else as many as the family suggests and as there are.
  func step(of batch: Int) -> Int { max(self.batch ?? min(batch, rows), 1) }

  /// Returns how many epochs make a number of steps.
  ///
  /// - Parameter batch: the rows in a step that the family suggests.
  func epochs(steps: Int, batch: Int, from least: Int = 5, to most: Int = 500) -> Int {
    let step = step(of: batch)
    let perEpoch = (rows + step - 1) / step
    return min(max((steps + perEpoch - 1) / max(perEpoch, 1), least), most)
  }

  /// A power of two, at most 1 / (features + 1): with standardized features, whose mean squares are 1, the curvature of
  /// half the squared error is at most features + 1, and such steps cannot overshoot. Weights may make the squares larger.
  var safeRate: Double {
    var rate = 1.0
    while rate * (squares + 1) > 1 { rate /= 2 }
    return rate
  }

  /// Returns how many numbers a row's loss is the mean of; 1 for classes and labels, and for a loss that is their sum. Steps
  /// may be longer by it, and a penalty beside the sum of the losses of all rows and numbers is smaller by it beside the
  /// mean, so that each number has the weights that it would have alone.
  func numbers(of loss: any Loss) -> Double {
    guard case .values(let names) = targets, !(loss is HalfSquaredError) else { return 1 }
    return Double(names.count)
  }

  /// Returns one dense layer on the sample's numbers, with zero weights, and nothing else.
  func linear(_ outputs: Int) -> Sequential {
    Sequential((inputShape.count > 1 ? [Flatten()] : []) + [Dense(outputs, initializer: .zeros)])
  }
}
