import ApusCore
import TestSupport
import Testing

/// Many rows are taken strip by strip, and of what a layer normalization is made of several steps at once; one row alone,
/// step by step. The bits are the same.
@Suite struct RowProgramTests {
  private static let mostRows = 131

  /// A layer normalization and its gradient with respect to its input.
  private func graph(columns: Int) throws -> Graph {
    let x = Tensor.input("x", TensorType([.rows, Dimension(columns)]))
    let gain = Tensor.input("gain", TensorType(TensorShape([columns])))
    let bias = Tensor.input("bias", TensorType(TensorShape([columns])))
    let upstream = Tensor.input("upstream", TensorType([.rows, Dimension(columns)]))
    let result = x.standardized() * gain + bias
    let derivatives = gradients(of: (result * upstream).sum(), withRespectTo: [x])
    return try Graph(inputs: [x, gain, bias, upstream], outputs: [result] + derivatives)
  }

  @Test(arguments: [8, 16, 24, 48, 100, 128, 384])
  func rowsOfALayerNormalizationAreTheSameAloneAndTogether(_ columns: Int) throws {
    let graph = try graph(columns: columns)
    let random = Philox(seed: 5, path: "row programs")
    func numbers(_ count: Int, from first: Int) -> [Float] {
      (0..<count).map { Float(random.uniform(UInt64(first + $0))) * 2 - 1 }
    }
    let count = Self.mostRows * columns
    let (x, upstream) = (numbers(count, from: 0), numbers(count, from: count))
    let (gain, bias) = (numbers(columns, from: 2 * count), numbers(columns, from: 3 * count))
    var all: [[[Float]]] = []
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph, rows: Self.mostRows)
      let together = executable.outputs(of: [x, gain, bias, upstream], rows: Self.mostRows)
      for row in [0, 1, 64, Self.mostRows - 1] {
        let place = (row * columns)..<((row + 1) * columns)
        let alone = executable.outputs(of: [Array(x[place]), gain, bias, Array(upstream[place])], rows: 1)
        for (one, many) in zip(alone, together) {
          #expect(areSameBits(one, Array(many[place])), "row \(row) of \(columns) columns on \(set)")
        }
      }
      all.append(together)
    }
    for others in all.dropFirst() {
      for (one, other) in zip(all[0], others) { #expect(areSameBits(one, other), "\(columns) columns") }
    }
  }
}
