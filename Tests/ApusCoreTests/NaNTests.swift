import ApusCore
import TestSupport
import Testing

/// NaN is never lost on the way, on any instruction set: it must reach the check before the weights.
@Suite struct NaNTests {
  /// A function of 40 numbers and the places of its result that a NaN at `place` must reach.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var function: @Sendable (Tensor) -> Tensor
    var affected: @Sendable (Int) -> [Int]

    static func elementwise(_ name: String, _ function: @escaping @Sendable (Tensor) -> Tensor) -> Case {
      Case(testDescription: name, function: function, affected: { [$0] })
    }
  }

  static let cases = [
    Case.elementwise("relu") { $0.relu() },
    Case.elementwise("maximum with a number") { maximum($0, 0.5) },
    Case.elementwise("maximum with a number on the left") { maximum(0.5, $0) },
    Case.elementwise("minimum with a number") { minimum($0, 0.5) },
    Case.elementwise("minimum with a number on the left") { minimum(0.5, $0) },
    Case.elementwise("clip") { minimum(maximum($0, -1), 1) },
    Case.elementwise("abs") { $0.abs() },
    Case.elementwise("sign") { $0.sign() },
    Case.elementwise("tanh") { $0.tanh() },
    Case.elementwise("sigmoid") { $0.sigmoid() },
    Case.elementwise("softplus") { $0.softplus() },
    Case.elementwise("erf") { $0.erf() },
    Case.elementwise("exp") { $0.exp() },
    Case.elementwise("log") { $0.log() },
    Case.elementwise("flush") { $0.flushed() },
    Case(testDescription: "max of all", function: { $0.max() }, affected: { _ in [0] }),
    Case(testDescription: "min of all", function: { $0.min() }, affected: { _ in [0] }),
    Case(testDescription: "sum", function: { $0.sum() }, affected: { _ in [0] }),
    Case(
      testDescription: "max of rows", function: { $0.reshape([4, 10]).max(axes: [1]) },
      affected: { [$0 / 10] }),
    Case(
      testDescription: "min of columns", function: { $0.reshape([4, 10]).min(axes: [0]) },
      affected: { [$0 % 10] }),
    // As pooling does it: windows of two by two in a picture of 4 × 10.
    Case(
      testDescription: "max of windows",
      function: { $0.reshape([2, 2, 5, 2]).max(axes: [1, 3]).reshape([10]) },
      affected: { [$0 / 20 * 5 + $0 % 10 / 2] }),
    Case(
      testDescription: "softmax", function: { $0.reshape([4, 10]).softmax() },
      affected: { place in (0..<10).map { place / 10 * 10 + $0 } }),
  ]

  @Test(arguments: cases)
  func passesThrough(_ test: Case) throws {
    let input = Tensor.input("input", TensorType([40]))
    let graph = try Graph(inputs: [input], outputs: [test.function(input)])
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph)
      for place in 0..<40 {
        var values = (0..<40).map { Float($0 % 7) + 0.25 }
        values[place] = .nan
        let result = executable.outputs(of: [values], rows: 1)[0]
        let affected = result.indices.filter { result[$0].isNaN }
        #expect(affected == test.affected(place), "\(test.testDescription) on \(set), NaN at \(place)")
      }
    }
  }

  /// The first NaN is the largest.
  @Test(arguments: [1, 5, 16, 40, 133])
  func argmaxFindsIt(_ length: Int) throws {
    let input = Tensor.input("input", TensorType([3, Dimension(length)]))
    let graph = try Graph(inputs: [input], outputs: [input.argmax(), input.transposed().argmax(axis: 0)])
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph)
      for place in 0..<length {
        var values = (0..<(3 * length)).map { Float($0 * 31 % 17) }
        for other in place..<length where other % 3 == place % 3 { values[length + other] = .nan }
        for result in executable.outputs(of: [values], rows: 1) {
          #expect(result[1] == Float(place), "\(set)")
        }
      }
    }
  }

  @Test func passesThroughProducts() throws {
    let left = Tensor.input("left", TensorType([5, 20]))
    let right = Tensor.input("right", TensorType([20, 7]))
    let graph = try Graph(inputs: [left, right], outputs: [left.matmul(right).relu()])
    var values = Array(repeating: Float(-1), count: 100)
    values[2 * 20 + 19] = .nan
    // Zero times NaN is NaN.
    let zeros = Array(repeating: Float(0), count: 140)
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph)
      let result = executable.outputs(of: [values, zeros], rows: 1)[0]
      #expect(result.indices.filter { result[$0].isNaN } == Array(14..<21), "\(set)")
    }
  }
}
