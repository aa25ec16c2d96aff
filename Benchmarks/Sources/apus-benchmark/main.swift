import Apus

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Prints the best time of each workload, one JSON line each, as the peers do:
// apus-benchmark [--json] [--only W1,W2] [--rounds 5]

var only: Set<String> = []
var rounds = 5
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--only": only = Set((arguments.popFirst() ?? "").split(separator: ",").map(String.init))
  case "--rounds": rounds = Int(arguments.popFirst() ?? "") ?? rounds
  default: break
  }
}

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

for workload in try Workloads.all() where only.isEmpty || only.contains(workload.id) {
  // As many repetitions as take about a tenth of a second.
  var repetitions = 1
  while true {
    let start = seconds()
    try workload.run(repetitions)
    if seconds() - start > 0.05 { break }
    repetitions *= 2
  }
  var best = Double.infinity
  for _ in 0..<(rounds * 4) {
    let start = seconds()
    try workload.run(repetitions)
    best = min(best, (seconds() - start) / Double(repetitions))
  }
  print("{\"id\":\"\(workload.id)\",\"peer\":\"apus\",\"microseconds\":\(best * 1e6)}")
}
