import ApusCore
import Foundation
import TestSupport
import Testing

@Suite struct EngineTests {
  @Test(arguments: [0, -1, 1025, Int.max])
  func refusesThreads(_ threads: Int) {
    #expect {
      try Engine(threads: threads)
    } throws: { error in
      (error as? ApusError)?.description == "threads: \(threads) threads; expected a number from 1 to 1024"
    }
  }

  @Test func hasAtLeastOneThreadAndTheBestInstructionSet() throws {
    let engine = try Engine()
    #expect(engine.threads >= 1)
    #expect(engine.instructionSet == .best)
    #expect(Engine.InstructionSet.portable.isAvailable)
  }

  @Test func refusesWhatTheMachineLacks() {
    for set in Engine.InstructionSet.allCases where !set.isAvailable {
      #expect(throws: ApusError.self) { try Engine(instructionSet: set) }
    }
  }

  /// The environment is read once in a process: each in one of its own.
  @Test func refusesWrongVariables() async {
    await #expect(processExitsWith: .success) {
      setenv("APUS_ISA", "avx1024", 1)
      let error = #expect(throws: ApusError.self) { try Engine.standard() }
      #expect(
        error?.description
          == "APUS_ISA: unknown instruction set “avx1024”; expected portable, avx2, avx512, neon")
      #expect(throws: ApusError.self) { try (Tensor([1, 2] as [Float]) + 1).values() }
    }
    await #expect(processExitsWith: .success) {
      setenv("APUS_THREADS", "many", 1)
      let error = #expect(throws: ApusError.self) { try Engine.standard() }
      #expect(error?.description.contains("“many” is no number of threads") == true)
    }
    await #expect(processExitsWith: .success) {
      setenv("APUS_ISA", "portable", 1)
      setenv("APUS_THREADS", "3", 1)
      let engine = try? Engine.standard()
      #expect(engine?.instructionSet == .portable)
      #expect(engine?.threads == 3)
    }
  }

  @Test func refusesGraphsWithMissingInputs() throws {
    let x = Tensor.input("x", TensorType([2]))
    let y = Tensor.input("y", TensorType([2]))
    #expect {
      try Graph(inputs: [x], outputs: [x + y])
    } throws: { error in
      "\(error)".contains("the result depends on the input “y”, which was not given")
    }
  }

  @Test func takesInputsThatNobodyNeeds() throws {
    let x = Tensor.input("x", TensorType([2]))
    let y = Tensor.input("y", TensorType([2]))
    let executable = try Engine.standard().compile(try Graph(inputs: [x, y], outputs: [y * 2]))
    #expect(executable.outputs(of: [[1, 2], [3, 4]], rows: 1) == [[6, 8]])
  }

  /// The same tensor as two outputs, an input as an output, and views of one buffer: each has memory of its own.
  @Test func outputsDoNotShareMemory() throws {
    let x = Tensor.input("x", TensorType([2, 3]))
    let y = x + 1
    let graph = try Graph(inputs: [x], outputs: [y, y, x, y.transposed(), y.reshape([6])])
    let executable = try Engine.standard().compile(graph)
    let outputs = executable.outputs(of: [[1, 2, 3, 4, 5, 6]], rows: 1)
    #expect(
      outputs == [
        [2, 3, 4, 5, 6, 7], [2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6], [2, 5, 3, 6, 4, 7], [2, 3, 4, 5, 6, 7],
      ])
    #expect(Set(outputs.indices.map { executable.output($0) }).count == 5)
  }

  @Test func noRowsAreNoWork() throws {
    let x = Tensor.input("x", TensorType([.rows, 3]))
    let w = Tensor.input("w", TensorType([3, 2]))
    let y = x.matmul(w).relu()
    let graph = try Graph(inputs: [x, w], outputs: [y, y.sum(axes: [0]), y.softmax()])
    let outputs = try Engine.standard().compile(graph, rows: 5).outputs(
      of: [[], [1, 2, 3, 4, 5, 6]], rows: 0)
    #expect(outputs == [[], [0, 0], []])
  }

  @Test func updatesInPlace() throws {
    let weight = Tensor.input("weight", TensorType([4]))
    let gradient = Tensor.input("gradient", TensorType([4]))
    let graph = try Graph(inputs: [weight, gradient], outputs: [weight - gradient * 0.5])
    let executable = try Engine.standard().compile(graph, inPlace: [(output: 0, input: 0)])
    executable.write([1, 2, 3, 4], toInput: 0, rows: 1)
    executable.write([2, 2, 2, 2], toInput: 1, rows: 1)
    for _ in 0..<3 { executable.run() }
    #expect(executable.read(output: 0, rows: 1) == [-2, -1, 0, 1])
    #expect(executable.input(0) == executable.output(0))
  }

  @Test func refusesUpdatesThatOverwriteWhatIsStillRead() throws {
    let x = Tensor.input("x", TensorType([3, 3]))
    let updated = x + 1
    let graph = try Graph(inputs: [x], outputs: [updated, updated.matmul(x)])
    #expect(throws: ApusError.self) {
      try Engine.standard().compile(graph, inPlace: [(output: 0, input: 0)])
    }
  }

  @Test func profileNamesKernelsAndCountsWork() throws {
    let x = Tensor.input("x", TensorType([.rows, 20]))
    let y = Tensor.input("y", TensorType([20, 30]))
    let executable = try Engine(instructionSet: .portable).compile(
      try Graph(inputs: [x, y], outputs: [x.matmul(y).relu()]), rows: 10)
    var profile = Profile()
    for _ in 0..<3 { executable.run(rows: 10, profile: &profile) }
    #expect(profile.runs == 3)
    #expect(profile.entries.map(\.name) == ["matmul relu"])
    #expect(profile.entries[0].kernel == "portable")
    #expect(profile.entries[0].floatingPointOperations == 2 * 10 * 20 * 30 + 10 * 30)
  }
}
