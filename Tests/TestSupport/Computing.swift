package import ApusCore

/// What a test computes a graph with.
package protocol TestScalar: ReferenceScalar {
  /// The largest error that a fixture allows, relative to the largest magnitude of the tensor.
  static var tolerance: Double { get }

  /// The outputs of a graph.
  static func compute(_ graph: Graph, _ inputs: [ReferenceArray<Self>], rows: Int) throws -> [ReferenceArray<
    Self
  >]
}

/// In double precision, by the reference interpreter.
extension Double: TestScalar {
  package static var tolerance: Double { 1e-10 }

  package static func compute(
    _ graph: Graph, _ inputs: [ReferenceArray<Double>], rows: Int
  ) throws -> [ReferenceArray<Double>] {
    Interpreter(graph).run(inputs, rows: rows)
  }
}

/// In single precision, by the engine.
extension Float: TestScalar {
  package static var tolerance: Double { 1e-5 }

  package static func compute(
    _ graph: Graph, _ inputs: [ReferenceArray<Float>], rows: Int
  ) throws -> [ReferenceArray<Float>] {
    let executable = try Engine.standard().compile(graph, rows: max(rows, 1))
    return zip(graph.outputs, executable.outputs(of: inputs.map(\.values), rows: rows)).map { node, values in
      ReferenceArray(shape: graph.nodes[node].type.shape.sizes(rows: rows), values: values)
    }
  }
}

extension Executable {
  /// Runs on inputs of floats; integers are converted.
  package func outputs(of inputs: [[Float]], rows: Int) -> [[Float]] {
    for (position, values) in inputs.enumerated() { write(values, toInput: position, rows: rows) }
    compute(rows: rows)
    return outputTypes.indices.map { read(output: $0, rows: rows) }
  }

  package func write(_ values: [Float], toInput position: Int, rows: Int) {
    let isInteger = inputTypes[position].scalar == .int32
    let place = floats(input: position, rows: rows)
    for index in place.indices {
      place[index] = isInteger ? Float(bitPattern: UInt32(bitPattern: Int32(values[index]))) : values[index]
    }
  }

  package func read(output position: Int, rows: Int) -> [Float] {
    let values = Array(floats(output: position, rows: rows))
    return outputTypes[position].scalar == .int32
      ? values.map { Float(Int32(bitPattern: $0.bitPattern)) } : values
  }
}

/// The largest difference, relative to the largest magnitude that is expected.
package func relativeError<Scalar: ReferenceScalar>(_ values: [Scalar], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.map(abs).max() ?? 0
  return zip(values, expected).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference == 0
      ? worst : difference.isNaN ? .infinity : max(worst, difference / max(scale, 1e-300))
  }
}

/// The same bits; a NaN is as good as another.
package func areSameBits(_ left: [Float], _ right: [Float]) -> Bool {
  left.count == right.count
    && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
}

/// Every engine whose bits must agree: each instruction set of this machine with 1, 2 and 3 threads.
package func everyEngine() throws -> [Engine] {
  try Engine.InstructionSet.allCases.filter(\.isAvailable).flatMap { set in
    try (1...3).map { try Engine(instructionSet: set, threads: $0) }
  }
}
