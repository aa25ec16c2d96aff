import ApusCore
import ApusData
import ApusNN

/// Steps in shards.
extension TrainingStep {
  /// A Boolean value that indicates whether batches are divided into shards, which several processes may share.
  package var isSharded: Bool { sums != nil }

  /// The shards of this process.
  var ownShards: Range<Int> { sums?.shards ?? 0..<1 }

  /// The gradients of an update's rows, as sums over shards that are divided once.
  ///
  /// Each process computes its own shards; afterwards all have the same mean loss, gradients and states.
  ///
  /// - Parameters:
  ///   - rows: those of a batch, or of several that accumulate.
  ///   - load: puts the rows of a part into ``memory``; is told the part that comes next.
  /// - Returns: the first model's mean loss over all rows.
  /// - Throws: what `load` throws; the same on all processes when the loss or a gradient isn't finite; when another process
  ///   is gone.
  package func gradients(
    sharded rows: Int, load: (_ part: ShardPart, _ next: ShardPart?) throws -> Void
  ) throws -> Float {
    guard let sums else { preconditionFailure("a step without shards") }
    count += 1
    sums.begin()
    var parts = ShardParts(sums.division, shards: sums.shards, rows: rows)
    var next = parts.next()
    var isFirst = true
    var isOnly = true
    while let part = next {
      next = parts.next()
      let isLast = next?.shard != part.shard
      if isFirst {
        isOnly = isLast
        sums.beginShard(isOnly: isOnly)
      }
      try load(part, next)
      compute(part, of: sums)
      sums.add(
        losses: losses, weight: weight(of: part.rows.count), rows: part.rows.count, isOnly: isOnly,
        isLast: isLast)
      if isLast { sums.endShard(part.shard) }
      isFirst = isLast
    }
    try sums.finish(losses: losses)
    var isFinite = measureNorms()
    for loss in losses where !loss.pointee.isFinite { isFinite = false }
    guard isFinite else { throw try divergence(rows: rows, load) }
    counters.pointee.hasGradients = true
    return losses[0].pointee
  }

  /// Random numbers depend on the step, the shard and the batch, and on the row within them; no run has 2⁴⁰ steps.
  private func compute(_ part: ShardPart, of sums: ShardedGradients) {
    counters.pointee.rows = part.rows.count
    let stream = part.batch &* sums.division.shards &+ part.shard
    for random in keys { random.set(step: count &+ stream << 40) }
    backward.run(rows: part.rows.count)
  }

  /// The weight of the rows in ``memory``.
  private func weight(of rows: Int) -> Double {
    guard isWeighted, let weights = rowWeights else { return Double(rows) }
    return weights[..<rows].reduce(0.0) { $0 + Double($1) }
  }

  /// The error of a loss or gradient that isn't finite: the same on all processes, with the cause that the first shard shows.
  private func divergence(rows: Int, _ load: (ShardPart, ShardPart?) throws -> Void) throws -> ApusError {
    guard let sums else { preconditionFailure("a step without shards") }
    // Before the gradients are written anew.
    let common = diagnosis.causeInGradients
    var found: [UInt8] = []
    var parts = ShardParts(sums.division, shards: sums.shards, rows: rows)
    while found.isEmpty, let part = parts.next() {
      try load(part, nil)
      compute(part, of: sums)
      if let cause = diagnosis.cause(inRows: part.rows.count, first: part.rows.lowerBound) {
        found = Array("\(cause.place)\n\(cause.problem)".utf8)
      }
    }
    let texts = try sums.collective.gather(found).map { String(decoding: $0, as: UTF8.self) }
    let first = texts.first { !$0.isEmpty }?.split(separator: "\n", maxSplits: 1).map { String($0) }
    let cause = first.flatMap { $0.count == 2 ? NonFinite.Cause(place: $0[0], problem: $0[1]) : nil }
    return diagnosis.error(cause ?? common, step: updates + 1)
  }

  /// A Boolean value that indicates whether this process asks all of them to pause after the next step.
  var wishesPause: Bool {
    get { sums?.wishesPause ?? false }
    set { sums?.wishesPause = newValue }
  }

  /// A Boolean value that indicates whether some process asked for a pause in the last step.
  var isPauseWished: Bool { sums?.isPauseWished ?? false }

  /// The gradients of a batch, or of tensors, that the step was given.
  func gradients(sharded last: ShardedGradients.Last) throws -> Float {
    sums?.last = last
    switch last {
    case .batch(let batch):
      return try gradients(sharded: batch.count) { part, _ in batch[places: part.rows].gather(into: memory) }
    case .columns(let columns, let rows):
      return try gradients(sharded: rows) { part, _ in
        for column in columns { column.copy(part.rows) }
      }
    }
  }

  /// The division for a batch, where there is one.
  ///
  /// - Parameters:
  ///   - shards: how many; by the batch alone when nil.
  /// - Throws: for a number that doesn't suit the batch.
  static func division(
    batch: Int, shards: Int?, _ collective: Collective?
  ) throws(ApusError) -> ShardDivision? {
    guard shards != nil || collective != nil else { return nil }
    return try ShardDivision(shards: shards ?? ShardDivision.automatic(batch: batch), batch: batch)
  }

  /// - Throws: when a layer's statistics would be over too few rows.
  static func checkStatistics(_ division: ShardDivision, _ states: [String]) throws(ApusError) {
    guard let state = states.first, division.shards > 1,
      division.leastRows < ShardDivision.rowsForStatistics
    else { return }
    let most = ShardDivision.most(batch: division.batch, rows: ShardDivision.rowsForStatistics)
    throw ApusError(
      "\(division.shards) shards of a batch of \(division.batch) have "
        + "\(counted(division.leastRows, "row")) each, of which “\(state)” would be a statistic",
      at: "training.shards", expected: "\(ShardDivision.rowsForStatistics) rows or more in each",
      fix:
        "take at most \(counted(most, "shard")), or batches of \(division.shards * ShardDivision.rowsForStatistics)"
    )
  }
}
