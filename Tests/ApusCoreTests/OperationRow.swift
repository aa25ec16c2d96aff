import ApusCore
import TestSupport
import Testing

/// A row of the operation table as a test's argument.
struct OperationRow: CustomTestStringConvertible, Sendable {
  var operation: any GraphOperation.Type
  var samples: [OperationSample] { operation.samples }
  var testDescription: String { operation.name }
}

extension ReferenceArray {
  func converted<Other: ReferenceScalar>(to type: Other.Type) -> ReferenceArray<Other> {
    ReferenceArray<Other>(shape: shape, values: values.map { Other($0) })
  }

  func transposed() -> ReferenceArray {
    ReferenceArray(shape: shape.reversed()) { self[$0.reversed()] }
  }
}

extension OperationSample {
  var elementCount: Int { operands.reduce(0) { $0 + $1.type.shape.count() } }

  /// The operation on inputs of the sample's types.
  func graph() throws -> Graph {
    let inputs = operands.enumerated().map { Tensor.input("operand \($0)", $1.type) }
    return try Graph(inputs: inputs, outputs: [Tensor.apply(operation, inputs)])
  }

  /// Seeded values for the operands; floats are exact in float32.
  func values(seed: UInt64) -> [ReferenceArray<Float>] {
    operands.enumerated().map { index, operand in
      let philox = Philox(seed: seed, stream: UInt64(index))
      let count = operand.type.shape.count()
      let uniform = (0..<count).map { philox.uniform(UInt64($0)) }
      let values: [Float]
      switch operand {
      case .float(_, let range, let gap):
        values = uniform.map { u in
          let x = range.lowerBound + u * (range.upperBound - range.lowerBound)
          return Float(abs(x) < gap ? (x < 0 ? -gap : gap) + x : x)
        }
      case .int(_, let range):
        values = uniform.map { Float(range.lowerBound) + ($0 * Double(range.count)).rounded(.down).float }
      case .bool: values = uniform.map { $0 < 0.5 ? 0 : 1 }
      }
      return ReferenceArray(shape: operand.type.shape.sizes(), values: values)
    }
  }
}

extension Double {
  var float: Float { Float(self) }
}

/// The graph's first output, from the engine.
func run(
  _ graph: Graph, _ values: [ReferenceArray<Float>], on engine: Engine? = nil, rows: Int = 1,
  fuses: Bool = true
) throws -> [Float] {
  let executable = try (engine ?? Engine.standard()).compile(graph, rows: rows, fuses: fuses)
  for (position, array) in values.enumerated() { executable.fill(position, array.values, rows: rows) }
  executable.compute(rows: rows)
  return executable.result(0, rows: rows)
}

extension Executable {
  func fill(_ position: Int, _ values: [Float], rows: Int) {
    let isInteger = inputTypes[position].scalar == .int32
    for (index, place) in floats(input: position, rows: rows).indices.enumerated() {
      floats(input: position, rows: rows)[place] =
        isInteger ? Float(bitPattern: UInt32(bitPattern: Int32(values[index]))) : values[index]
    }
  }

  func result(_ position: Int, rows: Int) -> [Float] {
    let values = Array(floats(output: position, rows: rows))
    return outputTypes[position].scalar == .int32
      ? values.map { Float(Int32(bitPattern: $0.bitPattern)) } : values
  }
}

/// The largest difference, relative to the larger of 1 and the magnitudes around it.
func worstError(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = max(1, expected.filter(\.isFinite).map(abs).max() ?? 0)
  return zip(values, expected).reduce(0) { worst, pair in
    let (value, expected) = (Double(pair.0), pair.1)
    if value == expected || value.isNaN && expected.isNaN { return worst }
    return max(worst, (abs(value - expected) / scale).nanAsInfinity)
  }
}

extension Double {
  var nanAsInfinity: Double { isNaN ? .infinity : self }
}

/// NaN is the same as NaN, whatever its bits; everything else must be the same bits.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
}

/// Gradients of a weighted sum against central differences, all in Double. With `order` 2 the sum is that of
/// the first gradients, squared so that no term is constant.
func checkGradient(_ sample: OperationSample, seed: UInt64, order: Int) throws {
  let inputs = sample.operands.enumerated().map { Tensor.input("operand \($0)", $1.type) }
  let floats = inputs.indices.filter { inputs[$0].scalar == .float32 }
  var output = Tensor.apply(sample.operation, inputs)
  guard output.scalar == .float32, !floats.isEmpty else { return }
  func weighted(_ tensor: Tensor, _ stream: UInt64) -> Tensor {
    let philox = Philox(seed: seed, stream: stream)
    let weights = (0..<tensor.shape.count()).map { Float(philox.uniform(UInt64($0)) + 0.5) }
    return (tensor * Tensor(weights, shape: tensor.shape)).sum()
  }
  if order == 2 {
    output = gradients(of: weighted(output, 70), withRespectTo: floats.map { inputs[$0] })
      .enumerated().map { weighted($1.square(), 80 + UInt64($0)) }.reduce(Tensor(0), +)
  } else {
    output = weighted(output, 90)
  }
  let analytic = gradients(of: output, withRespectTo: floats.map { inputs[$0] })
  let graph = try Graph(inputs: inputs, outputs: [output] + analytic)
  let loss = try Graph(inputs: inputs, outputs: [output])
  let values = sample.values(seed: seed).map { $0.converted(to: Double.self) }
  let results = Interpreter(graph).run(values)
  let step = 1e-5
  for (position, input) in floats.enumerated() {
    for element in values[input].values.indices {
      var (above, below) = (values, values)
      above[input].values[element] += step
      below[input].values[element] -= step
      let difference =
        (Interpreter(loss).run(above)[0].values[0] - Interpreter(loss).run(below)[0].values[0]) / (2 * step)
      let gradient = results[position + 1].values[element]
      #expect(
        abs(gradient - difference) <= 1e-5 * max(1, abs(difference)) * (order == 2 ? 50 : 1),
        "\(sample.operation.name) of \(sample.operands): operand \(input)[\(element)] has \(gradient), not \(difference)"
      )
    }
  }
}
