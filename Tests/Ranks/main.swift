// Ranks under a launcher, without a model: what `Tests/Scripts/mpi.sh` starts, and the speed of a reduction.
//
//   mpirun -n 4 apus-ranks reduce [SHARDS] [FLOATS] [STEPS] [PAUSE]   a hash of all sums, the same for any number of ranks
//   mpirun -n 4 apus-ranks time [FLOATS] [ROUNDS]                     beside MPI_Allreduce, in µs
//
// PAUSE: milliseconds that a rank computes before each reduction.

import ApusCore
import ApusMPI
import ApusTraining
import CMPI

let arguments = CommandLine.arguments.dropFirst()

func number(_ place: Int, _ otherwise: Int) -> Int {
  arguments.count > place ? Int(arguments[arguments.startIndex + place]) ?? otherwise : otherwise
}

/// The sums of some steps, of values of very different sizes and with absent shards.
func reduce(_ ranks: Collective, shards: Int, floats: Int, steps: Int, pause: Int) throws {
  try ranks.agree([("the number of shards", "\(shards)"), ("the number of floats", "\(floats)")])
  let tree = ShardTree(shards: shards, floats: floats, numbers: 2)
  var values = [Float](repeating: 0, count: floats)
  var hash: UInt64 = 14_695_981_039_346_656_037
  for step in 0..<steps {
    ranks.step = step
    tree.begin()
    for shard in ranks.shards(of: shards) {
      if (shard + step) % 5 == 4 {
        tree.skip(shard: shard)
        continue
      }
      var state = UInt64(shard * 7919 + step + 1) &* 0x9E37_79B9_7F4A_7C15
      for place in values.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        values[place] = Float(Int(state >> 40) - 8_388_608) * (place % 3 == 0 ? 1 : 1e-4)
      }
      values.withUnsafeBufferPointer { floats in
        [Double(shard) + 0.1, 1].withUnsafeBufferPointer {
          tree.add(shard: shard, floats: floats, numbers: $0)
        }
      }
    }
    if pause > 0 { Clock.sleep(seconds: Double(pause) / 1000) }
    try ranks.reduce(tree)
    for value in tree.root { hash = (hash ^ UInt64(value.bitPattern)) &* 1_099_511_628_211 }
    for value in tree.rootNumbers { hash = (hash ^ value.bitPattern) &* 1_099_511_628_211 }
  }
  let hashes = try ranks.gather(withUnsafeBytes(of: hash, Array.init))
  guard Set(hashes).count == 1 else { throw ApusError("the ranks have different sums") }
  if ranks.rank == 0 {
    print(String(hash, radix: 16), "on \(ranks.count) ranks and \(Set(ranks.hosts).count) hosts")
  }
}

/// A reduction and the library's own sum, by turns.
func time(_ ranks: Collective, floats: Int, rounds: Int) throws {
  let tree = ShardTree(shards: 1 << 3, floats: floats)
  let values = [Float](repeating: 1.5, count: floats)
  let memory = UnsafeMutablePointer<Float>.allocate(capacity: floats)
  defer { memory.deallocate() }
  memory.initialize(from: values, count: floats)
  nonisolated(unsafe) let own = memory
  var ours: [Double] = []
  var theirs: [Double] = []
  for _ in 0..<rounds {
    tree.begin()
    for shard in ranks.shards(of: 1 << 3) {
      values.withUnsafeBufferPointer { tree.add(shard: shard, floats: $0) }
    }
    try ranks.barrier()
    let start = Clock.nanoseconds
    try ranks.reduce(tree)
    ours.append(Double(Clock.nanoseconds - start) / 1000)
    try ranks.barrier()
    theirs.append(
      try ranks.onCommunicationThread {
        let start = Clock.nanoseconds
        var message = [CChar](repeating: 0, count: Int(APUS_MPI_MESSAGE_SIZE))
        guard apus_mpi_sum(own, Int32(floats), &message) == 0 else { throw ApusError("MPI_Allreduce fails") }
        return Double(Clock.nanoseconds - start) / 1000
      })
  }
  guard ranks.rank == 0 else { return }
  let (median, other) = (ours.sorted()[rounds / 2], theirs.sorted()[rounds / 2])
  print(
    "\(ranks.count) ranks, \(floats * 4) bytes: median \(median) µs, MPI_Allreduce \(other) µs,",
    terminator: " ")
  print("ratio \(median / other); least \(ours.min()!) and \(theirs.min()!) µs")
}

do {
  let ranks = try Collective.mpi()
  switch arguments.first {
  case "reduce":
    try reduce(
      ranks, shards: number(1, 16), floats: number(2, 10_000), steps: number(3, 20), pause: number(4, 0))
  case "time": try time(ranks, floats: number(1, 1 << 18), rounds: max(number(2, 200), 1))
  default: throw ApusError("unknown task", expected: "reduce or time")
  }
  try ranks.finish()
} catch {
  let line = Array("error: \(error)\n".utf8)
  _ = line.withUnsafeBytes { Files.write(2, $0.baseAddress!, $0.count) }
  CurrentProcess.end(code: 1)
}
