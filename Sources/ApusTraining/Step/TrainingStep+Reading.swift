public import ApusCore
public import ApusNN

/// The information that a step has about its models.
extension TrainingStep {
  /// The only model, or the first one, with the weights of now.
  public var model: Model { first.snapshot() }

  /// The models with the weights of now, by name.
  public var models: NamedModels { NamedModels(zip(names, trained).map { ($0, $1.snapshot()) }) }

  /// A model's mean loss in the last gradients, by its name.
  public func loss(of name: String) -> Float? { names.firstIndex(of: name).map { losses[$0].pointee } }

  /// Returns what a tap held in the last gradients, `[rows, …]`; a tensor that carries the error for one that wasn't
  /// asked for.
  public func value(of tap: CompiledModel.Output) -> Tensor {
    guard taps.contains(tap) else {
      return .failed(
        ApusError(
          "\"\(tap)\" was not asked for", expected: taps.map(\.description).joined(separator: ", "),
          fix: "name it in TrainingStep(taps:)"))
    }
    let type = backward.type(ofOutput: "tap \(tap)")!
    return Tensor(
      Array(backward.floats("tap \(tap)", rows: counters.pointee.rows)),
      shape: TensorShape(type.shape.sizes(rows: counters.pointee.rows)))
  }

  /// Bytes of memory that the step holds.
  public var memoryBytes: Int { backward.memoryBytes + trained.reduce(0) { $0 + $1.memoryBytes } }

  /// A step on the rows of the last batch, with the times of the instructions added to a profile for each of its plans: of
  /// the gradients, of their norm, and of each update.
  ///
  /// - Parameter rate: the learning rate.
  /// - Throws: as ``gradients()``.
  public func profile(rate: Double, into profiles: inout [Profile]) throws {
    guard counters.pointee.rows > 0 else {
      throw ApusError(
        "a profile before the first batch", at: "TrainingStep", fix: "call gradients(batch) first")
    }
    try run(rows: counters.pointee.rows, step: updates + 1, rate: rate, profiles: &profiles)
    updates += 1
  }

  package func run(rows: Int, step: Int, rate: Double, profiles: inout [Profile]) throws {
    let count = 1 + trained.reduce(0) { $0 + $1.planCount }
    if profiles.count != count { profiles = Array(repeating: Profile(), count: count) }
    for random in keys { random.set(step: step) }
    backward.run(rows: rows, profile: &profiles[0])
    guard losses.allSatisfy(\.pointee.isFinite) else { throw diagnosis.error(rows: rows, step: step) }
    var position = 1
    for model in trained {
      model.update(step: step, rate: rate, profiles: &profiles[position..<(position + model.planCount)])
      position += model.planCount
    }
    keepStates()
  }
}
