package import ApusCore
package import ApusData
import ApusNN

/// The loading of a step's rows.
extension TrainingStep {
  /// Gathers a batch where the step reads it.
  package func load(_ batch: Batch) throws {
    try check(batch)
    batch.gather(into: memory)
  }

  /// - Throws: when a batch doesn't fit.
  func check(_ batch: Batch) throws {
    guard batch.count > 0 else { throw ApusError("a batch without rows", expected: "1 to \(capacity)") }
    guard batch.count <= capacity else {
      throw ApusError(
        "a batch of \(batch.count) rows", expected: "at most \(capacity), which the step has room for",
        fix: "make the step with batch: \(batch.count)")
    }
    guard takesBatches else {
      throw ApusError(
        "a batch for a step of models by name",
        expected: "tensors by name: \(inputs.map(\.name).joined(separator: ", "))")
    }
    if !isAsBefore(batch) { try first.model.check(batch.dataset, readsTargets: true) }
    guard isWeighted || batch.dataset.weights == nil else {
      throw ApusError(
        "the batch's rows have weights, and the step was made without", at: "TrainingStep",
        fix: "make it with isWeighted: true")
    }
  }

  /// Returns whether a batch fits as far as a glance shows: the whole check costs more than a small step, and
  /// allocates.
  private func isAsBefore(_ batch: Batch) -> Bool {
    guard batch.hasOneInput, batch.dataset.inputShape == inputShape, let targets else { return false }
    let scales = batch.dataset.scales
    return targets.kind.isAlike(batch.dataset.targets) && (scales.isEmpty || scales == targets.scales)
  }

  /// A tensor that is given for an input.
  struct Column {
    let memory: InputMemory
    let values: TensorStorage
    /// The numbers of a row.
    let size: Int

    /// Puts some of its rows where the step reads them.
    func copy(_ rows: Range<Int>) {
      memory.copy(from: values, start: rows.lowerBound * size, count: rows.count * size)
    }
  }

  package func load(_ tensors: NamedTensors) throws -> Int {
    let (columns, rows) = try columns(tensors)
    for column in columns { column.copy(0..<rows) }
    return rows
  }

  func columns(_ tensors: NamedTensors) throws -> ([Column], rows: Int) {
    let target = backward.type(of: "target")
    let known = inputs.map(\.name) + (target == nil ? [] : ["target"])
    if let unknown = tensors.names.first(where: { !known.contains($0) }) {
      throw ApusError(
        "the step has no input \"\(unknown)\"", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: unknown, in: known))
    }
    var rows: Int?
    var columns: [Column] = []
    for name in known {
      guard tensors.names.contains(name) else {
        throw ApusError("the input \"\(name)\" is missing", expected: known.joined(separator: ", "))
      }
      let input = name == "target" && !inputs.contains { $0.name == name } ? "target" : "input \(name)"
      let type = backward.type(of: input)!
      let given = tensors[name]
      if let error = given.error { throw error }
      guard given.shape.isFixed, given.shape.rank == type.shape.rank,
        given.shape.dimensions.dropFirst().elementsEqual(type.shape.dimensions.dropFirst())
      else {
        throw ApusError("the input \"\(name)\" has the shape \(given.shape)", expected: "\(type.shape)")
      }
      let count = given.shape[0].size
      guard count == rows ?? count else {
        throw ApusError("the input \"\(name)\" has \(count) rows", expected: "\(rows!), as the others have")
      }
      guard (1...capacity).contains(count) else {
        throw ApusError("a batch of \(count) rows", expected: "1 to \(capacity), which the step has room for")
      }
      rows = count
      let values = try given.cast(to: type.scalar).computed().storage
      columns.append(
        Column(memory: backward.memory(input), values: values, size: values.count / max(count, 1)))
    }
    return (columns, rows ?? 0)
  }
}
