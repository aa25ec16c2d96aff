import ApusCore
import TestSupport
import Testing

/// What C computes over rows in one loop is found by what a program computes, alone or among other steps, and gives the bits of
/// the steps, which a plan without fusion takes one by one.
@Suite struct RowFormTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The steps of the form.
    var steps: Int
    /// The longest row whose numbers are computed in one program with its elements.
    var longestRow: Int
    var expression: @Sendable (Operands) -> [Tensor]

    init(
      _ name: String, _ steps: Int, upTo longestRow: Int = 1024,
      _ expression: @escaping @Sendable (Operands) -> [Tensor]
    ) {
      (testDescription, self.steps, self.longestRow, self.expression) = (name, steps, longestRow, expression)
    }
  }

  struct Operands {
    let x, upstream, gain, bias, mean, factor: Tensor
    let columns: Int

    var all: [Tensor] { [x, upstream, gain, bias, mean, factor] }

    init(columns: Int) {
      let rows = TensorType([.rows, Dimension(columns)])
      let row = TensorType(TensorShape([columns]))
      let numbers = TensorType([.rows, Dimension(1)])
      (x, upstream) = (Tensor.input("x", rows), Tensor.input("upstream", rows))
      (gain, bias) = (Tensor.input("gain", row), Tensor.input("bias", row))
      (mean, factor) = (Tensor.input("mean", numbers), Tensor.input("factor", numbers))
      self.columns = columns
    }

    func sum(_ x: Tensor) -> Tensor { x.sum(axes: [-1], keepDimensions: true) }
    func mean(_ x: Tensor) -> Tensor { sum(x) * Tensor(1 / Double(columns)) }
    var normal: Tensor { (x - mean) * factor }
    func inverseRoot(_ x: Tensor) -> Tensor { (mean(x.square()) + Tensor(1e-5)).sqrt().reciprocal() }

    func gradient(_ d: Tensor, _ normal: Tensor) -> Tensor {
      factor * (d - mean(d) - normal * mean(d * normal))
    }

    func softmax(_ x: Tensor) -> Tensor {
      let exponentials = (x - x.max(axes: [-1], keepDimensions: true)).exp()
      return exponentials / sum(exponentials)
    }
  }

  static let cases: [Case] = [
    Case("standardized, scaled, shifted", 12, upTo: 128) { a in [a.x.standardized() * a.gain + a.bias] },
    Case("factors and terms the other way round", 12, upTo: 128) { a in [a.bias + a.gain * a.x.standardized()]
    },
    Case("standardized, scaled", 11, upTo: 128) { a in [a.gain * a.x.standardized()] },
    Case("standardized", 10, upTo: 128) { a in [a.x.standardized()] },
    Case("standardized, and its mean and factor", 10, upTo: 128) { a in
      let centered = a.x - a.mean(a.x)
      let factor = a.inverseRoot(centered)
      return [centered * factor, a.mean(a.x), factor]
    },
    Case("standardized among other steps", 12, upTo: 128) { a in
      let sum = a.x + a.upstream
      return [sum, (sum.standardized() * a.gain + a.bias).relu() * 2]
    },
    Case("gradient of standardized, scaled", 12, upTo: 128) { a in [a.gradient(a.upstream * a.gain, a.normal)]
    },
    Case("gradient of standardized", 11, upTo: 128) { a in [a.gradient(a.upstream.relu(), a.normal)] },
    Case("gradient of standardized among other steps", 9, upTo: 128) { a in
      [a.x + a.gradient(a.upstream.square() * 0.5, a.x)]
    },
    Case("gradients of gain and bias", 3) { a in
      [(a.upstream * a.normal).sum(axes: [0]), a.upstream.sum(axes: [0])]
    },
    Case("gradients of gain and bias behind a product", 3) { a in
      let d = a.upstream * a.gain
      return [(d * a.normal).sum(axes: [0]), d.sum(axes: [0])]
    },
    Case("gradient of gain", 3) { a in [(a.upstream * a.normal).sum(axes: [0])] },
    Case("softmax", 5) { a in [a.softmax(a.x)] },
    Case("softmax among other steps", 5) { a in [a.softmax(a.x * 3 + a.bias) - a.upstream] },
    Case("gradient of softmax", 4) { a in
      let y = a.x
      return [y * (a.upstream - a.sum(a.upstream * y))]
    },
  ]

  private static let mostRows = 263

  @Test(arguments: cases, [2, 5, 8, 16, 24, 65, 100, 128, 384, 768])
  func rowsAreTheStepsBits(_ test: Case, _ columns: Int) throws {
    let operands = Operands(columns: columns)
    let graph = try Graph(inputs: operands.all, outputs: test.expression(operands))
    let steps = try Engine(threads: 1).compile(graph, rows: Self.mostRows, fuses: false)
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      for threads in [1, 3] {
        let executable = try Engine(instructionSet: set, threads: threads).compile(graph, rows: Self.mostRows)
        for rows in [1, 7, 130, Self.mostRows] {
          let inputs = operands.all.enumerated().map { position, input in
            let random = Philox(seed: UInt64(rows), path: "row forms \(position)")
            return (0..<input.shape.count(rows: rows)).map { Float(random.uniform(UInt64($0))) * 2 - 1 }
          }
          let results = executable.outputs(of: inputs, rows: rows)
          let expected = steps.outputs(of: inputs, rows: rows)
          for (result, expected) in zip(results, expected) {
            #expect(areSameBits(result, expected), "\(rows) rows of \(columns) on \(set), \(threads) threads")
          }
        }
        guard columns <= test.longestRow else { continue }
        #expect(executable.rowFormSteps.contains(test.steps), "\(executable.rowFormSteps)")
      }
    }
  }

  /// A sum down the columns reads what two steps that are one loop would not have written.
  @Test func sumsReadWhatOtherStepsRead() throws {
    let operands = Operands(columns: 128)
    let product = operands.upstream * operands.gain
    let graph = try Graph(
      inputs: operands.all, outputs: [(product * operands.x).sum(axes: [0]), product.sum(axes: [0])])
    let inputs = operands.all.enumerated().map { position, input in
      let random = Philox(seed: 3, path: "sums \(position)")
      return (0..<input.shape.count(rows: 300)).map { Float(random.uniform(UInt64($0))) * 2 - 1 }
    }
    let fused = try Engine(threads: 1).compile(graph, rows: 300)
    let plain = try Engine(threads: 1).compile(graph, rows: 300, fuses: false)
    for (result, expected) in zip(fused.outputs(of: inputs, rows: 300), plain.outputs(of: inputs, rows: 300))
    {
      #expect(areSameBits(result, expected))
    }
  }

  /// What other steps read, too, is no form's own.
  @Test func formsHaveNoSecondReaders() throws {
    let operands = Operands(columns: 128)
    let x = operands.x
    let exponentials = (x - x.max(axes: [-1], keepDimensions: true)).exp()
    let graph = try Graph(
      inputs: operands.all, outputs: [exponentials / operands.sum(exponentials), exponentials * 2])
    let executable = try Engine(threads: 1).compile(graph, rows: 9)
    _ = executable.outputs(
      of: operands.all.map { Array(repeating: 1, count: $0.shape.count(rows: 9)) }, rows: 9)
    #expect(executable.rowFormSteps.isEmpty)
  }
}
