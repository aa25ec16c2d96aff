import ApusCore
import ApusTraining
import CMPI
import Synchronization

/// Messages between the ranks of an MPI job.
final class MPITransport: CollectiveTransport, @unchecked Sendable {
  let rank: Int
  let count: Int
  let host = CurrentProcess.host
  private let watch: RankWatch
  /// Nanoseconds that a wait spins beyond what its bytes take.
  private var spinning: UInt64 = 0
  private var bytes = 0
  private let step = Atomic<Int>(-1)
  /// What another thread wants all ranks to be ended with.
  private let lastWords = Mutex<String?>(nil)
  private let isEnding = Atomic<Bool>(false)

  /// Starts MPI on this thread, which makes all calls from now on.
  init(_ launcher: Launcher, timeout: Double) throws {
    (rank, count) = try MPILibrary.start(launcher)
    watch = RankWatch(rank: rank, count: count, host: host, timeout: timeout)
  }

  func meet(hosts: [String]) {
    watch.hosts = hosts
    // Where there are more ranks than processors, one that spins keeps another from what it waits for.
    let neighbors = hosts.filter { $0 == host }.count
    spinning = neighbors <= Processor.installedCount ? 50_000 : 0
  }

  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws {
    self.bytes += bytes.count
    try MPILibrary.call { apus_mpi_send(bytes.baseAddress, bytes.count, Int32(rank), $0) }
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws -> Int {
    var slot: Int32 = 0
    try MPILibrary.call { apus_mpi_receive(bytes.baseAddress, bytes.count, Int32(rank), &slot, $0) }
    return Int(slot)
  }

  /// Tests until all is there: without a pause for as long as it should take (1 GB/s), then with growing ones, so that who
  /// waits long costs nothing.
  func complete(isAwaited: () -> Bool) throws {
    let start = Clock.nanoseconds
    let limit = spinning == 0 ? 0 : spinning + UInt64(bytes)
    bytes = 0
    var pause = Self.shortestPause
    while true {
      var isDone: Int32 = 0
      do { try MPILibrary.call { apus_mpi_test(&isDone, $0) } } catch {
        watch.end(after: error, step: step.load(ordering: .relaxed))
      }
      if isDone != 0 { return }
      if Clock.nanoseconds - start < limit && isAwaited() { continue }
      attend()
      Clock.sleep(seconds: pause)
      pause = min(pause * 1.25, isAwaited() ? Self.longestPause : Self.idlePause)
    }
  }

  private static let shortestPause = 10e-6
  private static let longestPause = 0.5e-3
  private static let idlePause = 1e-3

  func length(of receive: Int) -> Int { apus_mpi_length(Int32(receive)) }

  func attend() {
    if isEnding.load(ordering: .acquiring), let message = lastWords.withLock({ $0 }) { watch.end(message) }
    watch.attend(step: step.load(ordering: .relaxed))
  }

  func reached(step: Int) { self.step.store(step, ordering: .relaxed) }

  func fail(_ message: String) { abort(message) }

  /// The thread that makes the calls ends all ranks; should it be held up, this one ends alone, and is missed.
  func abort(_ message: String) -> Never {
    lastWords.withLock { $0 = $0 ?? message }
    isEnding.store(true, ordering: .releasing)
    Clock.sleep(seconds: 2)
    watch.end(alone: message)
  }

  func finish() { watch.finish() }
  func close() { try? MPILibrary.finish() }
}
