import Apus
import Workloads

// apus-benchmark [--json] [--only W1,W2] [--rounds 5]   the best time of each workload, one JSON line each
// apus-benchmark --profile --only W4                    where the time of its steps goes, instruction by instruction
// apus-benchmark --kernels                              single kernels, with their shares of the machine
// apus-benchmark --generation                           characters a second that a GPT writes
// apus-benchmark --epoch                                an epoch of a session on few points, beside steps of W1
// apus-benchmark --loop                                 a loop by hand beside fit, the same work
// apus-benchmark --optimizers [--rounds 30]             each optimizer's update, as a share of a copy's bandwidth

var only: Set<String> = []
var rounds = 5
var showsKernels = false
var showsOptimizers = false
var showsProfile = false
var showsGeneration = false
var showsEpoch = false
var showsLoop = false
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--only": only = Set((arguments.popFirst() ?? "").split(separator: ",").map(String.init))
  case "--rounds": rounds = Int(arguments.popFirst() ?? "") ?? rounds
  case "--kernels": showsKernels = true
  case "--optimizers": showsOptimizers = true
  case "--profile": showsProfile = true
  case "--generation": showsGeneration = true
  case "--epoch": showsEpoch = true
  case "--loop": showsLoop = true
  default: break
  }
}

if showsKernels {
  try printKernels()
} else if showsOptimizers {
  try printOptimizers(rounds: max(rounds, 1) * 6)
} else if showsGeneration {
  let rate = try Generation.charactersPerSecond()
  print("the GPT of W6 writes \(shortFigure(rate)) characters a second inside its window, on one thread")
} else if showsEpoch {
  let epoch = try SmallEpoch.seconds() * 1e6
  if let step = try Workloads.named("W1", engine: Engine(threads: 1)) {
    let one = try bestSeconds(rounds: 20, step.run) * 1e6
    print(
      "an epoch of 250 points through 2-4-2-1 units, batch 10: \(shortFigure(epoch)) µs, "
        + "\(shortFigure(epoch / one, digits: 3)) steps of W1")
  }
} else if showsLoop {
  for figure in try LoopByHand.figures() {
    print(
      "\(figure.name): a loop by hand takes \(shortFigure(figure.ratio, digits: 4)) of fit's time, "
        + "median of \(figure.fit.count) rounds; fit \(shortFigure(figure.fit.min()! * 1e3)) ms at best")
  }
} else if showsProfile {
  for id in Workloads.ids where only.isEmpty || only.contains(id) {
    guard let profile = try Workloads.named(id)?.profile else { continue }
    _ = try profile(2)
    for line in ProfileTable(try profile(rounds * 4)).lines(width: 110) { print(line) }
  }
} else {
  for id in Workloads.ids where only.isEmpty || only.contains(id) {
    guard let workload = try Workloads.named(id) else { continue }
    let best = try bestSeconds(rounds: rounds * 4, workload.run)
    print("{\"id\":\"\(workload.id)\",\"peer\":\"apus\",\"microseconds\":\(best * 1e6)}")
    // A peak belongs to a workload only where the process ran nothing else.
    if only.count == 1 {
      print("{\"id\":\"\(workload.id)\",\"peer\":\"apus\",\"peakMegabytes\":\(peakMegabytes())}")
    }
  }
}

func printKernels() throws {
  var rates: [Engine.InstructionSet: Double] = [:]
  for set in Engine.InstructionSet.allCases where set.isAvailable {
    let engine = try Engine(instructionSet: set)
    let rounds = set == .portable ? 2 : 20
    let product = try Kernels.matrixProduct(engine: engine, rounds: rounds)
    rates[set] = Double(product.floatingPointOperations) / product.seconds * 1e-9
    print("\(product.name), \(set.rawValue): \(shortFigure(rates[set]!)) GFLOP/s")
  }
  if let wide = rates[.avx512], let narrow = rates[.avx2] {
    print("sgemm 1024³, AVX-512 / AVX2: \(shortFigure(wide / narrow, digits: 3))")
  }
  let engine = try Engine.standard()
  for count in [200_000, 10_000_000] {
    let update = try Kernels.adam(count, engine: engine)
    let rate = Double(update.bytes) / update.seconds * 1e-9
    print(
      "\(update.name): \(shortFigure(update.seconds * 1e6)) µs, \(shortFigure(rate, digits: 3)) GB/s")
  }
  let alone = try Engine(threads: 1)
  if let step = try Workloads.named("W1", engine: alone) {
    let instructions = try Kernels.instructionsOfXOR(engine: alone)
    let nanoseconds = try bestSeconds(rounds: 10, step.run) * 1e9
    print(
      "a step of the XOR net: \(shortFigure(nanoseconds)) ns for \(instructions) instructions, "
        + "\(shortFigure(nanoseconds / Double(instructions), digits: 3)) ns each")
  }
}

func printOptimizers(rounds: Int) throws {
  let engine = try Engine.standard()
  var updates = try OptimizerUpdates(engine: engine)
  for round in 0..<rounds { try updates.runRound(round) }
  let figures = updates.figures
  let copy = figures[0].bytesPerSecond
  print(
    "10 million parameters on \(engine.threads) threads; a copy moves \(shortFigure(copy * 1e-9, digits: 3)) GB/s"
  )
  for figure in figures.dropFirst() {
    print(
      "\(figure.name): \(shortFigure(figure.seconds * 1e3)) ms, "
        + "\(shortFigure(figure.bytesPerSecond * 1e-9, digits: 3)) GB/s, "
        + "\(shortFigure(figure.bytesPerSecond / copy * 100, digits: 3)) % of the copy"
        + (figure.instructions > 1 ? ", in \(figure.instructions) passes" : ""))
  }
  updates.deallocate()
}
