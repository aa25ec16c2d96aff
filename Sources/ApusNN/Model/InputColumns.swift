import ApusCore
import ApusData

/// The columns that a model is called with.
struct InputColumns {
  let rows: Int
  private let inputs: [(name: String, values: Constant, size: Int)]
  private let target: (values: Constant, size: Int)?

  init(_ given: NamedTensors, _ specifications: [InputSpecification], target: Tensor?) throws {
    let known = specifications.map(\.name) + (target == nil ? [] : ["target"])
    if let unknown = given.names.first(where: { !known.contains($0) }) {
      throw ApusError(
        "the model has no input \"\(unknown)\"", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: unknown, in: known))
    }
    var rows: Int?
    func column(_ name: String, _ shape: [Int], _ scalar: ScalarType) throws -> Constant {
      guard given.names.contains(name) else {
        throw ApusError("the input \"\(name)\" is missing", expected: known.joined(separator: ", "))
      }
      let tensor = given[name]
      if let error = tensor.error { throw error }
      guard tensor.shape.isFixed, tensor.shape.rank == shape.count + 1,
        tensor.shape.sizes().dropFirst().elementsEqual(shape)
      else {
        throw ApusError(
          "the input \"\(name)\" has the shape \(tensor.shape)",
          expected: "[rows" + shape.map { ", \($0)" }.joined() + "]")
      }
      let count = tensor.shape.sizes()[0]
      guard rows ?? count == count else {
        throw ApusError("the input \"\(name)\" has \(count) rows", expected: "\(rows!), as the others have")
      }
      rows = count
      return try tensor.cast(to: scalar).computed()
    }
    inputs = try specifications.map { ($0.name, try column($0.name, $0.shape, $0.scalar), $0.size) }
    self.target = try target.map { target in
      let shape = target.shape.dimensions.dropFirst().map(\.size)
      return (try column("target", shape, target.scalar), shape.reduce(1, *))
    }
    self.rows = rows ?? 0
  }

  func write(_ range: Range<Int>, to memory: Batch.Memory) {
    for (name, values, size) in inputs {
      memory.column(name).memory.copy(
        from: values.storage, start: range.lowerBound * size, count: range.count * size)
    }
    if let target {
      memory.copyTargets(
        from: target.values.storage, start: range.lowerBound * target.size, count: range.count * target.size)
    }
  }
}
