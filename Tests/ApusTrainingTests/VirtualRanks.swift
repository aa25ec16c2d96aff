import Apus
import Synchronization

/// Does the same in each of several ranks, each a thread of this process, and returns what each of them came to, in their
/// order.
///
/// - Throws: the error of the first rank that has one; the others are told of it, so that none waits forever.
func onRanks<Result: Sendable>(
  _ count: Int, hosts: Int = 1, _ body: @Sendable (Collective) throws -> Result
) throws -> [Result] {
  let collectives = Collective.virtual(count, hosts: hosts)
  let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
  Workers.run(count) { rank in
    let result = Swift.Result { try body(collectives[rank]) }
    if case .failure(let error) = result { collectives[rank].fail("\(error)") }
    results.withLock { $0[rank] = result }
  }
  let all = results.withLock { results in (0..<count).map { results[$0]! } }
  return try all.map { try $0.get() }
}

extension TrainingSession {
  /// Trains to the end, and returns the whole state.
  func finished() throws -> TrainingState {
    while !isFinished { try runStep() }
    return state
  }
}
