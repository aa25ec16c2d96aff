import AllocationCounter
import ApusCore
import TestSupport
import Testing

/// A training step gives the same bits however it is computed, and allocates nothing.
@Suite struct SameBitsTests {
  /// Large enough to wake the threads.
  @Test func trainingStepGivesTheSameBitsOnEveryEngine() throws {
    let step = try TrainingGraph([784, 512, 512, 10])
    let executables = try everyEngine().filter { $0.instructionSet != .portable || $0.threads == 2 }
      .map { try $0.compile(step.graph, rows: 100) }
    for rows in [100, 37] {
      let values = step.values(rows: rows)
      let expected = executables[0].outputs(of: values, rows: rows)
      #expect(expected[0][0].isFinite && expected[0][0] > 0)
      for executable in executables.dropFirst() {
        let outputs = executable.outputs(of: values, rows: rows)
        for (position, (output, expected)) in zip(outputs, expected).enumerated() {
          #expect(
            areSameBits(output, expected),
            "output \(position) on \(executable.engine.instructionSet), \(executable.engine.threads) threads, \(rows) rows"
          )
        }
      }
    }
  }

  /// Who finds the pool of threads in use computes alone, to the same bits.
  @Test func stepsBesideEachOtherGiveTheSameBits() async throws {
    let step = try TrainingGraph([784, 128, 10])
    let values = step.values(rows: 100)
    let expected = try Engine(threads: 1).compile(step.graph, rows: 100).outputs(of: values, rows: 100)
    try await withThrowingTaskGroup(of: [[Float]].self) { group in
      for threads in [1, 2, 3, 2, 3, 2] {
        group.addTask {
          let executable = try Engine(threads: threads).compile(step.graph, rows: 100)
          for _ in 0..<10 { executable.run(rows: 100) }
          return executable.outputs(of: values, rows: 100)
        }
      }
      for try await outputs in group {
        for (output, expected) in zip(outputs, expected) { #expect(areSameBits(output, expected)) }
      }
    }
  }

  @Test(arguments: [[5, 7, 3], [30, 64, 33, 10], [784, 100, 10]])
  func fusionChangesNoBitOfATrainingStep(_ widths: [Int]) throws {
    let step = try TrainingGraph(widths)
    let engine = try Engine.standard()
    let fused = try engine.compile(step.graph, rows: 100)
    let plain = try engine.compile(step.graph, rows: 100, fuses: false)
    #expect(fused.instructionNames.count < plain.instructionNames.count)
    for rows in [100, 37, 1] {
      let values = step.values(rows: rows)
      let expected = plain.outputs(of: values, rows: rows)
      let exact = try engine.compile(step.graph, rows: rows).outputs(of: values, rows: rows)
      for (position, output) in fused.outputs(of: values, rows: rows).enumerated() {
        #expect(areSameBits(output, expected[position]), "output \(position), \(rows) rows")
        #expect(
          areSameBits(exact[position], expected[position]), "output \(position) planned for \(rows) rows")
      }
    }
  }

  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: [1, 2])
  func plannedStepAllocatesNothing(_ threads: Int) throws {
    let step = try TrainingGraph([64, 100, 33, 10])
    let executable = try Engine(threads: threads).compile(step.graph, rows: 100)
    _ = executable.outputs(of: step.values(rows: 100), rows: 100)
    var profile = Profile()
    executable.run(rows: 100, profile: &profile)
    #expect(profile.entries.map(\.parts).max() == threads)
    allocation_counter_start()
    for _ in 0..<1000 { executable.run(rows: 100) }
    let count = allocation_counter_stop()
    #expect(count == 0)
  }

  /// Fewer rows fit sizes and strides anew, in the memory that is there.
  @Test(.enabled(if: allocation_counter_is_available() != 0))
  func fewerRowsAllocateNothingOnceSeen() throws {
    let step = try TrainingGraph([30, 64, 33, 10])
    let executable = try Engine(threads: 1).compile(step.graph, rows: 100)
    for rows in [100, 37] { _ = executable.outputs(of: step.values(rows: rows), rows: rows) }
    allocation_counter_start()
    for _ in 0..<100 {
      executable.run(rows: 100)
      executable.run(rows: 37)
    }
    let count = allocation_counter_stop()
    #expect(count == 0)
  }

  @Test(.enabled(if: allocation_counter_is_available() != 0))
  func counterCounts() {
    allocation_counter_start()
    let array = [Int](unsafeUninitializedCapacity: 1000) {
      $0[0] = 1
      $1 = 1
    }
    let count = allocation_counter_stop()
    #expect(array.count == 1)
    #expect(count > 0)
  }
}
