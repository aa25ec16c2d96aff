import Apus
import Benchmark
import Workloads

/// `swift package benchmark`: the workloads and the kernels, with baselines and thresholds.
let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .cpuTotal, .peakMemoryResident], warmupIterations: 3,
    maxDuration: .seconds(2), maxIterations: 100_000)

  for id in Workloads.ids {
    Benchmark(id, configuration: configuration) { benchmark in
      guard let workload = try Workloads.named(id) else { return }
      try workload.run(10)
      // A single step of the small ones is shorter than the clock's resolution.
      let repetitions = ["W3", "W4", "W5"].contains(id) ? 1 : 100
      benchmark.startMeasurement()
      try workload.run(repetitions)
      benchmark.stopMeasurement()
    }
  }

  for set in Engine.InstructionSet.allCases where set.isAvailable && set != .portable {
    Benchmark("Dense(1024) on 1024 rows, \(set.rawValue)", configuration: configuration) { benchmark in
      let workload = try Kernels.prediction(engine: Engine(instructionSet: set))
      try workload.run(2)
      benchmark.startMeasurement()
      try workload.run(1)
      benchmark.stopMeasurement()
    }
  }
}
