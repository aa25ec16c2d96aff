import ApusCore
import TestSupport
import Testing

/// Fusion, a smaller number of rows, the instruction set and the threads change no bit of random graphs.
@Suite struct FusionTests {
  static let capacity = 100

  @Test(arguments: 0..<10)
  func randomGraphsGiveTheSameBits(_ group: UInt64) throws {
    for seed in (group * 20)..<(group * 20 + 20) { try check(seed) }
  }

  private func check(_ seed: UInt64, operations: Int = 20) throws {
    let random = RandomGraph(seed: seed, operations: operations)
    let graph = try random.graph(differentiates: seed % 3 == 0)
    let engine = try Engine(threads: 1)
    let fused = try engine.compile(graph, rows: Self.capacity)
    let plain = try engine.compile(graph, rows: Self.capacity, fuses: false)
    let others = try Engine.InstructionSet.allCases.filter(\.isAvailable).map { set in
      try Engine(instructionSet: set, threads: 3).compile(graph, rows: Self.capacity)
    }
    for rows in [Self.capacity, 1, 37] {
      let values = random.values(rows: rows, special: seed % 4 == 0)
      let expected = plain.outputs(of: values, rows: rows)
      let exact = try engine.compile(graph, rows: rows).outputs(of: values, rows: rows)
      let partial = fused.outputs(of: values, rows: rows)
      let elsewhere = others.map { $0.outputs(of: values, rows: rows) }
      for output in expected.indices {
        let place = "graph \(seed), output \(output), \(rows) rows: \(fused.instructionNames)"
        #expect(areSameBits(partial[output], expected[output]), "fused, \(place)")
        #expect(areSameBits(exact[output], expected[output]), "planned for the rows, \(place)")
        for (executable, results) in zip(others, elsewhere) {
          #expect(
            areSameBits(results[output], expected[output]), "\(executable.engine.instructionSet), \(place)")
        }
      }
    }
  }

  /// The interpreter, which shares no code with the plans, is close: without gradients and in few rows, since one
  /// rounding may decide a comparison.
  @Test(arguments: 0..<10)
  func randomGraphsAgreeWithTheInterpreter(_ group: UInt64) throws {
    var (close, all) = (0, 0)
    for seed in (group * 20)..<(group * 20 + 20) {
      let random = RandomGraph(seed: seed, operations: 10)
      let graph = try random.graph(differentiates: false)
      let values = random.values(rows: 3)
      let results = try Engine.standard().compile(graph, rows: 5).outputs(of: values, rows: 3)
      let arrays = zip(graph.inputTypes, values).map { type, values in
        ReferenceArray(shape: type.shape.sizes(rows: 3), values: values.map { Double($0) })
      }
      for (result, expected) in zip(results, Interpreter(graph).run(arrays, rows: 3)) {
        all += 1
        close += relativeError(result, expected.values) < 1e-4 ? 1 : 0
      }
    }
    #expect(close * 50 >= all * 49, "\(all - close) of \(all) outputs are far off")
  }

  @Test func someOperationsAreFused() throws {
    let graph = try RandomGraph(seed: 1).graph(differentiates: true)
    let engine = try Engine.standard()
    let fused = try engine.compile(graph, rows: 10).instructionNames.count
    #expect(fused < (try engine.compile(graph, rows: 10, fuses: false)).instructionNames.count)
  }
}
