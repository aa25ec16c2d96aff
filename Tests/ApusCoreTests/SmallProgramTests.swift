import ApusCore
import TestSupport
import Testing

/// Few rows are computed a vector at a time, many in strips: the bits of a row don't depend on which.
@Suite struct SmallProgramTests {
  private static let mostRows = 80

  /// A row for all rows, a number for all elements, and truth values on the way, with two outputs.
  private func graph(columns: Int) throws -> Graph {
    let x = Tensor.input("x", TensorType([.rows, Dimension(columns)]))
    let bias = Tensor.input("bias", TensorType(TensorShape([columns])))
    let slope = Tensor.input("slope", TensorType([]))
    let shifted = x + bias
    let bent = select(shifted .> 0, shifted.tanh(), slope * shifted)
    return try Graph(inputs: [x, bias, slope], outputs: [bent, (bent * x - bias).softplus()])
  }

  @Test(arguments: Array(1...17) + [31, 32, 33, 64])
  func fewRowsHaveTheBitsOfMany(_ columns: Int) throws {
    let graph = try graph(columns: columns)
    let random = Philox(seed: 3, path: "small programs")
    let numbers = (0..<(Self.mostRows * columns)).map { Float(random.uniform(UInt64($0))) * 4 - 2 }
    let bias = (0..<columns).map { Float(random.uniform(UInt64(10_000 + $0))) - 0.5 }
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph, rows: Self.mostRows)
      func results(rows: Int) -> [[Float]] {
        executable.fill(0, Array(numbers.prefix(rows * columns)), rows: rows)
        executable.fill(1, bias, rows: rows)
        executable.fill(2, [0.1], rows: rows)
        executable.compute(rows: rows)
        return (0..<2).map { executable.result($0, rows: rows) }
      }
      let all = results(rows: Self.mostRows)
      for rows in 1...max(64 / columns + 1, 2) {
        for (few, many) in zip(results(rows: rows), all) {
          #expect(sameBits(few, Array(many.prefix(rows * columns))), "\(rows) × \(columns) on \(set)")
        }
      }
    }
  }

  /// dY Wᵀ of a small net, whose right factor is copied to have its columns side by side.
  @Test(arguments: [(1, 1, 1), (10, 2, 4), (3, 5, 7), (4, 16, 16), (4, 17, 16), (2, 3, 60)])
  func smallProductsWithATransposedFactor(_ m: Int, _ k: Int, _ n: Int) throws {
    let left = Tensor.input("left", TensorType(TensorShape([m, k])))
    let right = Tensor.input("right", TensorType(TensorShape([n, k])))
    let graph = try Graph(inputs: [left, right], outputs: [left.matmul(right, transposeRight: true)])
    let values = [m * k, n * k].map { count in (0..<count).map { Float(($0 * 7) % 11) / 8 - 0.5 } }
    let expected = (0..<(m * n)).map { place in
      (0..<k).reduce(Float(0)) { sum, term in
        sum.addingProduct(values[0][place / n * k + term], values[1][place % n * k + term])
      }
    }
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      let executable = try Engine(instructionSet: set, threads: 1).compile(graph)
      for (position, numbers) in values.enumerated() { executable.fill(position, numbers, rows: 1) }
      executable.compute()
      #expect(sameBits(executable.result(0, rows: 1), expected), "\(set)")
    }
  }
}
