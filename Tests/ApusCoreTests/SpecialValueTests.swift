import ApusCore
import TestSupport
import Testing

/// Infinities, NaN, zeros of either sign, subnormal and huge numbers, in every elementwise operation of the table.
@Suite struct SpecialValueTests {
  static let values: [Float] = [
    0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 2.5, -2.5, 88.8, -88.8, 104, -104, 1e10, -1e10, 1e38, -1e38, 1e-38,
    -1e-38,
    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 8388607.5, -8388607.5, 2_147_483_520, -2_147_483_648,
    3e9, .pi, 1e5, .infinity, -.infinity, .nan,
  ]
  static let rows = OperationTable.all.map { OperationRow(operation: $0) }.filter { row in
    row.samples.contains { sample in isElementwise(sample.operation) }
  }

  static func isElementwise(_ operation: any GraphOperation) -> Bool {
    if case .program = operation.lowering { true } else { false }
  }

  /// Every pair of the values, as many operands as the sample has.
  private func operands(_ sample: OperationSample) -> [[Float]] {
    let count = Self.values.count
    return sample.operands.indices.map { position in
      (0..<(count * count)).map { index in
        let value = Self.values[position == 0 ? index % count : index / count]
        switch sample.operands[position] {
        case .float: return value
        case .int:
          return Float(Int32(clamping: Int64(value.isFinite ? min(max(value, -3e9), 3e9) : 7)) / 1000)
        case .bool: return Float(index * 7 % 3 % 2)
        }
      }
    }
  }

  @Test(arguments: rows)
  func sameBitsOnEveryInstructionSet(_ row: OperationRow) throws {
    for sample in row.samples where Self.isElementwise(sample.operation) {
      let values = operands(sample)
      let shape: TensorShape = [Dimension(values[0].count)]
      let inputs = sample.operands.enumerated().map {
        Tensor.input("\($0)", TensorType(shape, $1.type.scalar))
      }
      let graph = try Graph(inputs: inputs, outputs: [.apply(sample.operation, inputs)])
      let expected = try Engine(instructionSet: .portable, threads: 1).compile(graph).outputs(
        of: values, rows: 1)[0]
      for set in Engine.InstructionSet.allCases where set.isAvailable && set != .portable {
        let result = try Engine(instructionSet: set, threads: 1).compile(graph).outputs(of: values, rows: 1)[
          0]
        let wrong = result.indices.first { !areSameBits([result[$0]], [expected[$0]]) }
        #expect(
          wrong == nil,
          "\(row.operation.name) of \(values.map { $0[wrong!] }) is \(result[wrong!]) on \(set), \(expected[wrong!]) portably"
        )
      }
    }
  }

  @Test(arguments: rows)
  func agreesWithTheReference(_ row: OperationRow) throws {
    for sample in row.samples where Self.isElementwise(sample.operation) {
      if sample.operation is Cast { continue }
      let values = operands(sample)
      let shape: TensorShape = [Dimension(values[0].count)]
      let inputs = sample.operands.enumerated().map {
        Tensor.input("\($0)", TensorType(shape, $1.type.scalar))
      }
      let graph = try Graph(inputs: inputs, outputs: [.apply(sample.operation, inputs)])
      let result = try Engine.standard().compile(graph).outputs(of: values, rows: 1)[0]
      let arrays = values.map { ReferenceArray(shape: [$0.count], values: $0.map { Double($0) }) }
      let expected = Interpreter(graph).run(arrays)[0].values.map { Float($0) }
      let wrong = result.indices.first { index in
        let (value, expected) = (result[index], expected[index])
        if value == expected || value.isNaN && expected.isNaN { return false }
        // What is subnormal may come out as 0; at the edge of the range, as infinite.
        if abs(value) < 1.2e-38 && abs(expected) < 1.2e-38 { return false }
        if value.isInfinite && abs(expected) > 3.3e38 && (value < 0) == (expected < 0) { return false }
        return !(abs(value - expected) <= 1e-5 * abs(expected))
      }
      #expect(
        wrong == nil,
        "\(row.operation.name) of \(values.map { $0[wrong!] }) is \(result[wrong!]), not \(expected[wrong!])")
    }
  }

  /// As the conversion saturates: out of range is the nearest integer there is, NaN is 0.
  @Test func castsSaturateOnEveryInstructionSet() throws {
    let input = Tensor.input("x", TensorType([8]))
    let graph = try Graph(inputs: [input], outputs: [input.cast(to: .int32)])
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph)
      executable.write([.nan, .infinity, -.infinity, 1e30, -1e30, 0.9, -0.9, -1234.5], toInput: 0, rows: 1)
      executable.compute()
      let result = executable.floats(output: 0, rows: 1).map { Int32(bitPattern: $0.bitPattern) }
      #expect(result == [0, .max, .min, .max, .min, 0, 0, -1234], "\(set)")
    }
  }

  @Test func indicesOutsideGiveNaNOrZeros() throws {
    let table = Tensor.input("table", TensorType([3, 2]))
    let indices = Tensor.input("indices", TensorType([5], .int32))
    let graph = try Graph(inputs: [table, indices], outputs: [table.gather(indices), indices.oneHot(3)])
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let outputs = try Engine(instructionSet: set, threads: 1).compile(graph)
        .outputs(of: [[1, 2, 3, 4, 5, 6], [2, -1, 3, 0, -2_147_483_648]], rows: 1)
      let nan = Float.nan
      #expect(areSameBits(outputs[0], [5, 6, nan, nan, nan, nan, 1, 2, nan, nan]), "\(set)")
      #expect(outputs[1] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], "\(set)")
    }
  }

  @Test(arguments: [4095, 4096, 4097, 65_536, 200_003])
  func longSumsAreExactAndTheSameEverywhere(_ count: Int) throws {
    let x = Tensor.input("x", TensorType([Dimension(count)]))
    let graph = try Graph(inputs: [x], outputs: [x.sum(), x.square().sum(), x.mean(), x.max()])
    let random = Philox(seed: 1, path: "long")
    let values = (0..<count).map { Float(random.uniform(UInt64($0))) }
    let exact = values.reduce(0.0) { $0 + Double($1) }
    let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let expected = try Engine(instructionSet: .portable, threads: 1).compile(graph).outputs(
      of: [values], rows: 1)
    #expect(abs(Double(expected[0][0]) / exact - 1) < 1e-6)
    #expect(abs(Double(expected[1][0]) / squares - 1) < 1e-6)
    for engine in try everyEngine() {
      let outputs = try engine.compile(graph).outputs(of: [values], rows: 1)
      for (output, expected) in zip(outputs, expected) { #expect(areSameBits(output, expected), "\(engine)") }
    }
  }

  /// Sums down long columns, in blocks of rows and a tree over these.
  @Test func longColumnSumsAreExactAndTheSameEverywhere() throws {
    let (rows, columns) = (4_100, 24)
    let x = Tensor.input("x", TensorType([Dimension(rows), Dimension(columns)]))
    let graph = try Graph(inputs: [x], outputs: [x.sum(axes: [0])])
    let random = Philox(seed: 2, path: "columns")
    let values = (0..<(rows * columns)).map { Float(random.uniform(UInt64($0))) }
    let array = ReferenceArray(shape: [rows, columns], values: values)
    let expected = try run(graph, [array], on: Engine(instructionSet: .portable, threads: 1))
    for column in 0..<columns {
      let exact = stride(from: column, to: values.count, by: columns).reduce(0.0) { $0 + Double(values[$1]) }
      #expect(abs(Double(expected[column]) / exact - 1) < 1e-6)
    }
    for engine in try everyEngine() {
      #expect(areSameBits(try run(graph, [array], on: engine), expected), "\(engine)")
    }
  }
}
