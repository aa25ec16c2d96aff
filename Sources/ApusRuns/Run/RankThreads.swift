import ApusCore
import ApusTraining

/// The threads of processes that share machines.
package enum RankThreads {
  /// The number of threads for this process: its share of the processors that it may use. A processor that several processes
  /// of a machine may use counts as a part for each; one that a launcher has bound to this one alone counts whole.
  ///
  /// - Returns: nil where the environment says how many, or nobody shares the machine.
  static func count(_ collective: Collective) throws -> Int? {
    guard collective.count > 1, Environment["APUS_THREADS"] == nil else { return nil }
    let own = Processor.allowed
    let all = try collective.gather(
      own.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] })
    let host = collective.hosts[collective.rank]
    var sharers: [Int: Int] = [:]
    for (rank, bytes) in all.enumerated() where collective.hosts[rank] == host {
      for place in stride(from: 0, to: bytes.count - 1, by: 2) {
        sharers[Int(bytes[place]) << 8 | Int(bytes[place + 1]), default: 0] += 1
      }
    }
    return count(
      own: own, sharers: sharers, quota: Processor.usableCount, ranks: collective.hosts.count { $0 == host })
  }

  /// - Parameters:
  ///   - sharers: the processes that may use each processor.
  ///   - quota: the processors' time that all processes of the machine have together.
  package static func count(own: [Int], sharers: [Int: Int], quota: Int, ranks: Int) -> Int {
    let share = own.reduce(0.0) { $0 + 1 / Double(max(sharers[$1] ?? 1, 1)) }
    let isBound = own.allSatisfy { (sharers[$0] ?? 1) <= 1 }
    let most = isBound ? quota : max(quota / max(ranks, 1), 1)
    // A sum of thirds may miss the whole number by a rounding.
    return max(min(Int(share + 1e-9), most), 1)
  }
}
