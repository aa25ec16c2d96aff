import ApusCore
import Testing

/// One test for each row of the operation table, generated from its samples.
@Suite struct OperationTests {
  static let rows = OperationTable.all.map { OperationRow(operation: $0) }.filter { !$0.samples.isEmpty }

  @Test(arguments: rows)
  func engineAgreesWithReference(_ row: OperationRow) throws {
    for (index, sample) in row.samples.enumerated() {
      let values = sample.values(seed: UInt64(index + 1))
      let graph = try sample.graph()
      let expected = Interpreter(graph).run(values.map { $0.converted(to: Double.self) })[0]
      let result = try run(graph, values)
      #expect(
        worstError(result, expected.values) <= 1e-5,
        "\(sample.operation.name) of \(sample.operands): \(result.prefix(4)) is not \(expected.values.prefix(4))"
      )
    }
  }

  @Test(arguments: rows)
  func sameBitsOnEveryEngine(_ row: OperationRow) throws {
    for (index, sample) in row.samples.enumerated() {
      let values = sample.values(seed: UInt64(index + 1))
      let graph = try sample.graph()
      let expected = try run(graph, values, on: Engine(instructionSet: .portable, threads: 1))
      for set in Engine.InstructionSet.allCases where set.isAvailable {
        for threads in 1...3 {
          let result = try run(graph, values, on: Engine(instructionSet: set, threads: threads))
          #expect(
            sameBits(result, expected),
            "\(sample.operation.name) of \(sample.operands) on \(set), \(threads) threads")
        }
      }
    }
  }

  @Test(arguments: rows)
  func gradientAgreesWithCentralDifferences(_ row: OperationRow) throws {
    for (index, sample) in row.samples.enumerated() where sample.elementCount < 700 {
      try checkGradient(sample, seed: UInt64(index + 1), order: 1)
    }
  }

  @Test(arguments: rows)
  func secondGradientAgreesWithCentralDifferences(_ row: OperationRow) throws {
    for (index, sample) in row.samples.enumerated() where sample.elementCount < 60 {
      try checkGradient(sample, seed: UInt64(index + 1), order: 2)
    }
  }

  @Test(arguments: OperationTable.all.map { OperationRow(operation: $0) })
  func refusesBadOperands(_ row: OperationRow) {
    for sample in row.operation.badSamples {
      do throws(ApusError) {
        let type = try sample.operation.outputType(sample.types)
        Issue.record("\(sample.operation.name) of \(sample.types) gave \(type)")
      } catch {
        #expect(error.description.contains(sample.message), "“\(error)” lacks “\(sample.message)”")
      }
    }
  }

  @Test(arguments: rows)
  func takesNonContiguousOperands(_ row: OperationRow) throws {
    for (index, sample) in row.samples.enumerated() {
      let values = sample.values(seed: UInt64(index + 1))
      let plain = try run(try sample.graph(), values)
      // The same operands, as the transposes of their transposes.
      let inputs = sample.operands.enumerated().map { index, operand in
        Tensor.input(
          "operand \(index)",
          TensorType(TensorShape(operand.type.shape.dimensions.reversed()), operand.type.scalar))
      }
      let result = Tensor.apply(sample.operation, inputs.map { $0.transposed() })
      let graph = try Graph(inputs: inputs, outputs: [result])
      #expect(
        sameBits(try run(graph, values.map { $0.transposed() }), plain),
        "\(sample.operation.name) of \(sample.operands)")
    }
  }

  @Test func namesAreUnique() {
    let names = OperationTable.all.map { $0.name }
    #expect(Set(names).count == names.count)
  }
}
