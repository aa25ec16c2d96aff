import ApusCore
import Testing

/// Programs that have a kernel of their own give the bits of their steps.
@Suite struct WholeProgramTests {
  /// Adam's update as `Optimizers/Adam.swift` writes it, on parameters, gradients and moments of `count`.
  private func adam(_ count: Int) throws -> Graph {
    let vectors = ["p", "g", "m", "v"].map { Tensor.input($0, TensorType(TensorShape([count]))) }
    let scalars = (0..<7).map { Tensor.input("scalar \($0)", TensorType([])) }
    let mean = (scalars[0] * vectors[2] + scalars[1] * vectors[1]).flushed()
    let square = (scalars[2] * vectors[3] + scalars[3] * vectors[1].square()).flushed()
    let denominator = square.sqrt() * scalars[5] + scalars[6]
    return try Graph(
      inputs: vectors + scalars, outputs: [vectors[0] - scalars[4] * mean / denominator, mean, square])
  }

  @Test(arguments: [1, 15, 16, 17, 1000, 70_001])
  func adamGivesTheBitsOfItsSteps(_ count: Int) throws {
    let graph = try adam(count)
    let random = Philox(seed: 1, path: "adam")
    let scalars: [Float] = [0.9, 0.1, 0.999, 0.001, 0.01, 1.5, 1e-8]
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      for threads in 1...3 {
        let engine = try Engine(instructionSet: set, threads: threads)
        let results = try [true, false].map { fuses in
          let executable = try engine.compile(graph, fuses: fuses)
          for vector in 0..<4 {
            let values = (0..<count).map {
              Float(random.uniform(UInt64(vector * count + $0))) - (vector < 3 ? 0.5 : 0)
            }
            // Small enough for the flush to act on some.
            executable.fill(vector, vector == 2 ? values.map { $0 * 0x1p-99 } : values, rows: 1)
          }
          for (index, scalar) in scalars.enumerated() { executable.fill(4 + index, [scalar], rows: 1) }
          executable.run()
          return (0..<3).map { executable.result($0, rows: 1) }
        }
        for (whole, steps) in zip(results[0], results[1]) {
          #expect(sameBits(whole, steps), "\(count) on \(set), \(threads) threads")
        }
      }
    }
  }

  @Test func adamHasAKernelOfItsOwn() throws {
    let executable = try Engine.standard().compile(adam(100))
    #expect(executable.instructionNames == ["adam"])
  }
}
