import ApusCore
import ApusNN
import TestSupport
import Testing

@Suite struct DropoutTests {
  /// The outputs of two dropouts one beside the other on ones, `[rows, 200]` each.
  private func run(rows: Int, key: [Float] = [1, 0, 1, 0], rate: Float = 0.3) throws -> [[Float]] {
    let layers = Sequential {
      Dropout(0.5)
      Dropout(0.5)
    }
    let network = try TracedNetwork(layers, inputs: [InputSpecification([200])], mode: .training)
    let graph = try Graph(
      inputs: [network.inputs["input"], network.key] + network.settings.map(\.tensor),
      outputs: network.layers.map(\.output))
    let executable = try Engine.standard().compile(graph, rows: 100)
    return executable.outputs(of: [Array(repeating: 1, count: rows * 200), key, [rate], [0]], rows: rows)
  }

  @Test func keptOnesAreScaled() throws {
    let output = try run(rows: 100)[0]
    let kept = output.filter { $0 != 0 }
    let scaled: Float = 1 / 0.7
    #expect(kept.allSatisfy { abs($0 - scaled) < 1e-6 })
    // Within four standard errors of 70 %.
    let standardError: Double = (0.7 * 0.3 / 20000).squareRoot()
    let share = Double(kept.count) / 20000
    #expect(abs(share - 0.7) < 4 * standardError)
    let mean: Float = output.reduce(0, +) / 20000
    #expect(abs(mean - 1) < 0.03)
  }

  @Test func theRateNeedsNoNewPlan() throws {
    #expect(try run(rows: 10, rate: 0)[0].allSatisfy { $0 == 1 })
    #expect(try run(rows: 10, rate: 0.9)[0].filter { $0 != 0 }.count < 400)
  }

  @Test func aRowsNumbersDoNotDependOnTheBatch() throws {
    let all = try run(rows: 100)[0]
    for rows in [1, 2, 37, 99] {
      #expect(try areSameBits(run(rows: rows)[0], Array(all[..<(rows * 200)])))
    }
    // Rows differ from each other.
    let separate: [[Float]] = (0..<100).map { row in Array(all[(row * 200)..<(row * 200 + 200)]) }
    #expect(Set(separate).count == 100)
  }

  @Test func stepsSeedsAndLayersDiffer() throws {
    let first = try run(rows: 3)
    #expect(try run(rows: 3)[0] == first[0])
    for key: [Float] in [[2, 0, 1, 0], [1, 1, 1, 0], [1, 0, 2, 0], [1, 0, 1, 1]] {
      #expect(try run(rows: 3, key: key)[0] != first[0])
    }
    let layers = Sequential {
      Dropout()
      Residual { Dropout() }
    }
    let network = try TracedNetwork(layers, inputs: [InputSpecification([50])], mode: .training)
    let graph = try Graph(
      inputs: [network.inputs["input"], network.key] + network.settings.map(\.tensor),
      outputs: network.layers.map(\.output))
    let outputs = try Engine.standard().compile(graph, rows: 4)
      .outputs(of: [Array(repeating: 1, count: 200), [1, 2, 3, 4], [0.5], [0.5]], rows: 4)
    #expect(outputs[0].map { $0 == 0 } != outputs[1].map { $0 == 0 })
  }
}
