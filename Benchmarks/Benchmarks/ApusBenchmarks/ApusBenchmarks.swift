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
      let repetitions = id == "W3" ? 1 : 100
      benchmark.startMeasurement()
      try workload.run(repetitions)
      benchmark.stopMeasurement()
    }
  }

  for set in Engine.InstructionSet.allCases where set.isAvailable && set != .portable {
    Benchmark("sgemm 1024³ \(set.rawValue)", configuration: configuration) { _ in
      blackHole(try Kernels.matrixProduct(engine: Engine(instructionSet: set), rounds: 1))
    }
  }
}
