import ApusCore
import ApusData

/// The sums of a step over its shards: of every gradient, of the layers' new states, of losses and weights.
///
/// This process adds those of its own shards, the ``Collective`` the others'. A shard gives sums, not means: what is added has
/// the same value whoever adds it, and the one division comes after the last addition.
final class ShardedGradients {
  let division: ShardDivision
  let collective: Collective
  /// The shards that this process computes.
  let shards: Range<Int>
  /// A Boolean value that indicates whether this process asks all of them to pause after the step.
  var wishesPause = false
  /// The rows that the step has last been given, for doing it again.
  var last: Last?

  /// What the rows of a step come from.
  enum Last {
    case batch(Batch)
    case columns([TrainingStep.Column], rows: Int)
  }

  private let models: [ShardedArena]
  /// Of the shard at hand: the loss of each model, the weight of its rows, its rows, and wishes to pause.
  private let numbers: UnsafeMutableBufferPointer<Double>
  private var hasWished = false
  /// The next shard that the trees wait for.
  private var position = 0

  /// - Parameter states: of each model, the new values of its states, and where in its arena they belong.
  init(
    _ division: ShardDivision, _ collective: Collective, _ trained: [TrainedModel],
    states: [[(values: UnsafeMutableBufferPointer<Float>, range: Range<Int>)]], engine: Engine
  ) throws {
    (self.division, self.collective) = (division, collective)
    // More processes than shards: the tree has leaves that are always absent, which changes no sum.
    let leaves = max(division.shards, collective.count.nextPowerOfTwo)
    shards = collective.shards(of: leaves)
    let count = trained.count + 3
    numbers = .allocate(capacity: count)
    numbers.initialize(repeating: 0)
    models = try trained.indices.map {
      try ShardedArena(
        trained[$0], shards: leaves, numbers: $0 == 0 ? count : 0, states: states[$0],
        engine: engine)
    }
  }

  deinit { numbers.deallocate() }

  // MARK: Adding

  func begin() {
    position = shards.lowerBound
    hasWished = false
    for model in models { model.tree.begin() }
  }

  /// Before the first batch of a shard.
  ///
  /// - Parameter isOnly: whether the shard has no other batch in this update.
  func beginShard(isOnly: Bool) {
    numbers.update(repeating: 0)
    for model in models { model.beginShard(isOnly: isOnly) }
  }

  /// After a batch of the shard at hand, whose sums stand in the models' gradients.
  func add(losses: [UnsafeMutablePointer<Float>], weight: Double, rows: Int, isOnly: Bool, isLast: Bool) {
    for (place, loss) in losses.enumerated() { numbers[place] += Double(loss.pointee) }
    numbers[losses.count] += weight
    numbers[losses.count + 1] += Double(rows)
    if !isOnly { for model in models { model.addBatch(isLast: isLast) } }
  }

  /// After the last batch of a shard.
  func endShard(_ shard: Int) {
    if wishesPause, !hasWished {
      numbers[numbers.count - 1] = 1
      hasWished = true
    }
    skip(to: shard)
    for (place, model) in models.enumerated() {
      model.endShard(
        shard, rows: numbers[numbers.count - 2],
        numbers: UnsafeBufferPointer(rebasing: numbers[..<(place == 0 ? numbers.count : 0)]))
    }
    position = shard + 1
  }

  /// Shards without rows are absent from the tree: adding zeros would change −0.
  private func skip(to end: Int) {
    while position < end {
      for model in models { model.tree.skip(shard: position) }
      position += 1
    }
  }

  /// The sums over all shards of all processes become means, in the models' gradients and states, and in `losses`.
  func finish(losses: [UnsafeMutablePointer<Float>]) throws {
    skip(to: shards.upperBound)
    for model in models { try collective.reduce(model.tree) }
    let sums = models[0].tree.rootNumbers
    // Rows that all count nothing have no loss.
    let weight = max(sums[losses.count], Double(Float.leastNormalMagnitude))
    for (place, loss) in losses.enumerated() { loss.pointee = Float(sums[place] / weight) }
    for model in models { model.divide(weight: weight, rows: sums[losses.count + 1]) }
  }

  /// A Boolean value that indicates whether some process asked in the last step for a pause.
  var isPauseWished: Bool { models[0].tree.rootNumbers[numbers.count - 1] > 0 }
}

/// The tree of a model's gradients and states.
private final class ShardedArena {
  let tree: ShardTree
  private let model: TrainedModel
  private let states: [(values: UnsafeMutableBufferPointer<Float>, range: Range<Int>)]
  /// The states before the step, where a shard of several batches changes them.
  private let before: [TensorStorage]
  private let quotient: CompiledGraph
  private let total: UnsafeMutablePointer<Float>

  init(
    _ model: TrainedModel, shards: Int, numbers: Int,
    states: [(values: UnsafeMutableBufferPointer<Float>, range: Range<Int>)], engine: Engine
  ) throws {
    (self.model, self.states) = (model, states)
    before = states.map { TensorStorage(count: $0.range.count) }
    tree = ShardTree(shards: shards, floats: model.gradients.count, numbers: numbers)
    let sum = Tensor.input("sum", TensorType(TensorShape([model.gradients.count])))
    let divisor = Tensor.input("total", TensorType([]))
    quotient = try CompiledGraph(
      inputs: ["sum": sum, "total": divisor], outputs: ["mean": sum / divisor], engine: engine)
    quotient.bind(output: "mean", to: model.gradients.pointer)
    total = quotient.scalar("total")!
  }

  func beginShard(isOnly: Bool) {
    guard !isOnly else { return }
    model.beginSum()
    for (storage, state) in zip(before, states) {
      _ = storage.floats.update(fromContentsOf: model.parameters.floats[state.range])
    }
  }

  /// Adds a batch's gradients up. Each batch of a shard goes on from the states that the one before it left.
  func addBatch(isLast: Bool) {
    model.addToSum(share: 1)
    for (storage, state) in zip(before, states) {
      let place = UnsafeMutableBufferPointer(rebasing: model.parameters.floats[state.range])
      _ =
        isLast
        ? place.update(fromContentsOf: storage.floats) : place.update(fromContentsOf: state.values)
    }
    if isLast { model.finishSum() }
  }

  /// The states stand in the arena behind the gradients, and are added with them, each as often as the shard has rows.
  func endShard(_ shard: Int, rows: Double, numbers: UnsafeBufferPointer<Double>) {
    let gradients = model.gradients.floats
    for state in states {
      for (place, value) in zip(state.range, state.values) { gradients[place] = Float(rows) * value }
    }
    tree.add(shard: shard, floats: UnsafeBufferPointer(gradients), numbers: numbers)
  }

  func divide(weight: Double, rows: Double) {
    quotient.bind(input: "sum", to: UnsafeMutableRawPointer(tree.root.baseAddress!))
    total.pointee = Float(weight)
    quotient.run()
    for state in states {
      for (index, place) in state.range.enumerated() {
        state.values[index] = tree.root[place] / Float(rows)
        // The norm is one of gradients alone.
        model.gradients.floats[place] = 0
      }
    }
  }
}
