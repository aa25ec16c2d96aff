public import ApusCore
public import ApusData
import ApusNN

/// The two halves of a step.
extension TrainingStep {
  // MARK: Gradients

  /// Computes the loss of a batch, and every gradient of it.
  ///
  /// - Returns: the mean loss; of rows with weights w, Σ w ℓ / Σ w.
  /// - Throws: when the batch is of a data set that doesn't fit the model, or has more rows than the step has room for; when
  ///   the loss or a gradient isn't finite.
  @discardableResult
  public func gradients(_ batch: Batch) throws -> Float {
    guard sums == nil else {
      try check(batch)
      return try gradients(sharded: .batch(batch))
    }
    try load(batch)
    return try gradients(rows: batch.count)
  }

  /// The same on tensors by name, `[rows, …]` each: the inputs, and for a step of one model `target`, as the loss takes it.
  ///
  /// - Returns: the first model's mean loss.
  /// - Throws: when an input is missing or unknown or doesn't fit.
  @discardableResult
  public func gradients(_ tensors: NamedTensors) throws -> Float {
    guard sums == nil else {
      let (columns, rows) = try columns(tensors)
      return try gradients(sharded: .columns(columns, rows: rows))
    }
    return try gradients(rows: load(tensors))
  }

  /// The same once more on the rows of the last batch.
  ///
  /// - Throws: before the first batch; as for a batch.
  @discardableResult
  public func gradients() throws -> Float {
    guard counters.pointee.rows > 0 else {
      throw ApusError(
        "gradients before the first batch", at: "TrainingStep", fix: "call gradients(batch) first")
    }
    if let last = sums?.last { return try gradients(sharded: last) }
    return try gradients(rows: counters.pointee.rows)
  }

  /// The gradients on rows that stand in ``memory``.
  package func gradients(rows: Int) throws -> Float {
    count += 1
    try computeGradients(rows: rows, key: count)
    try measure()
    return losses[0].pointee
  }

  /// Gradients averaged over several batches.
  ///
  /// - Parameters:
  ///   - rows: of all batches.
  ///   - load: puts the batch of a number in ``memory`` and gives its rows.
  ///   - share: a batch's part of the mean; that of its rows when nil.
  /// - Returns: the first model's mean loss over all rows.
  /// - Throws: as for one batch; states of layers have then seen the batches before.
  package func gradients(
    batches: Int, rows: Int, share: ((Int) -> Double)? = nil, load: (Int) throws -> Int
  ) throws -> Float {
    count += 1
    for model in trained { model.beginSum() }
    var mean = 0.0
    for batch in 0..<batches {
      let last = try load(batch)
      // Random numbers differ from batch to batch; no run has 2⁴⁰ steps.
      try computeGradients(rows: last, key: count + batch << 40)
      let share = share?(batch) ?? Double(last) / Double(rows)
      for model in trained { model.addToSum(share: share) }
      mean += share * Double(losses[0].pointee)
      if batch < batches - 1 { keepStates() }
    }
    for model in trained { model.finishSum() }
    try measure()
    return Float(mean)
  }

  private func computeGradients(rows: Int, key: Int) throws {
    counters.pointee.rows = rows
    for random in keys { random.set(step: key) }
    backward.run(rows: rows)
    for loss in losses where !loss.pointee.isFinite { throw diagnosis.error(rows: rows, step: updates + 1) }
  }

  /// Goes on as after some steps.
  package func restart(at step: Int) { (counters.pointee.count, counters.pointee.updates) = (step, step) }

  /// The norms of the gradients; returns whether they are finite.
  func measureNorms() -> Bool {
    var isFinite = first.squaredNorm().isFinite
    for model in others { isFinite = model.squaredNorm().isFinite && isFinite }
    return isFinite
  }

  private func measure() throws {
    guard measureNorms() else { throw diagnosis.error(rows: counters.pointee.rows, step: updates + 1) }
    counters.pointee.hasGradients = true
  }

  /// The norm of all gradients together, before clipping.
  public var gradientNorm: Double {
    if others.isEmpty { return first.gradientNorm }
    return trained.reduce(0) { $0 + $1.gradientNorm * $1.gradientNorm }.squareRoot()
  }

  /// The gradient with respect to a parameter, by its path, of the first model; a tensor that carries the error when there is
  /// none.
  public subscript(gradient path: String) -> Tensor {
    let model = first
    guard
      let parameter = model.model.parameters.first(where: { $0.path == path && !$0.specification.isState })
    else {
      let known = model.model.parameters.filter { !$0.specification.isState }.map(\.path)
      return .failed(
        ApusError(
          "the model has no parameter \"\(path)\"", expected: known.joined(separator: ", "),
          fix: Spelling.suggestion(for: path, in: known)))
    }
    return Tensor(Array(model.gradients.floats[parameter.range]), shape: parameter.specification.shape)
  }

  // MARK: Update

  /// Changes the parameters by the last gradients, at each model's learning rate for this step.
  ///
  /// - Throws: without new gradients; when a schedule depends on the length of the run or of an epoch, and the step wasn't
  ///   given it.
  public func update() throws {
    if !isRateKnown { throw lengthProblem! }
    try checkGradients()
    let done = counters.pointee.updates
    first.update(step: done + 1, rate: first.rate(updates: done, run: length.run))
    for model in others { model.update(step: done + 1, rate: model.rate(updates: done, run: length.run)) }
    finishUpdate()
  }

  /// Changes the parameters by the last gradients.
  ///
  /// - Parameter rate: the learning rate, for every model.
  /// - Throws: without new gradients; for a rate that is negative or no number.
  public func update(rate: Double) throws {
    try checkGradients()
    guard rate >= 0, rate.isFinite else {
      throw ApusError("a learning rate of \(rate)", at: "update(rate:)", expected: "0 or more")
    }
    first.update(step: updates + 1, rate: rate)
    for model in others { model.update(step: updates + 1, rate: rate) }
    finishUpdate()
  }

  /// Gradients and update on tensors by name: the whole step.
  ///
  /// - Returns: the first model's mean loss, before the update.
  /// - Throws: as ``gradients(_:)-(NamedTensors)`` and ``update()``; the parameters are then as before.
  @discardableResult
  public func run(_ tensors: NamedTensors) throws -> Float {
    let loss = try gradients(tensors)
    try update()
    return loss
  }

  private func checkGradients() throws(ApusError) {
    guard counters.pointee.hasGradients else {
      throw ApusError(
        "an update without new gradients", at: "TrainingStep",
        fix: "call gradients(batch) before each update()")
    }
  }

  private func finishUpdate() {
    keepStates()
    updates += 1
    counters.pointee.hasGradients = false
  }

  func keepStates() {
    for update in stateUpdates { _ = update.state.update(fromContentsOf: update.values) }
  }

  /// The first model's learning rate in the next update; nil where its schedule lasts to the end of a run whose length isn't
  /// known.
  public var rate: Double? { isRateKnown ? first.rate(updates: updates, run: length.run) : nil }
}
