import ApusCore
import CMPI

/// Each rank says now and then to the next that it is there, in a ring: whoever falls silent is missed by the one after it,
/// which then ends all, with a message.
///
/// A launcher mostly ends a job that has lost a process by itself; not all do, and none where a host is lost.
final class RankWatch: @unchecked Sendable {
  private enum Notice {
    static let present: UInt8 = 1
    static let farewell: UInt8 = 2
    static let failure: UInt8 = 3
  }

  var hosts: [String]
  private let rank: Int
  private let count: Int
  private let timeout: UInt64
  private var lastSaid: UInt64 = 0
  private var lastHeard: UInt64
  private var lastLooked: UInt64
  private var hasFarewell = false
  private var isFinished = false

  private var previous: Int { (rank + count - 1) % count }

  private static let interval: UInt64 = 250_000_000

  init(rank: Int, count: Int, host: String, timeout: Double) {
    hosts = [String](repeating: host, count: count)
    (self.rank, self.count) = (rank, count)
    self.timeout = UInt64(timeout * 1e9)
    lastHeard = Clock.nanoseconds
    lastLooked = lastHeard
  }

  /// Says that this rank is there, hears what others say, and ends all when the one before has been silent for too long.
  func attend(step: Int) {
    let now = Clock.nanoseconds
    guard count > 1, !isFinished, now - lastSaid >= Self.interval else { return }
    lastSaid = now
    if timeout > 0 { say([Notice.present], to: (rank + 1) % count) }
    listen()
    // Where this process itself stood still, the silence is its own.
    if now - lastLooked > timeout / 2 { lastHeard = max(lastHeard, now) }
    lastLooked = now
    if timeout > 0, now > lastHeard, now - lastHeard > timeout, !hasFarewell {
      let seconds = Double((now - lastHeard) / 100_000_000) / 10
      end(
        "rank \(previous) of \(count) (host \(hosts[previous])) has not answered for \(seconds) s"
          + (step < 0 ? "" : ", at step \(step)") + "; all ranks end")
    }
  }

  private func listen() {
    var length = 0
    withUnsafeTemporaryAllocation(byteCount: Int(APUS_MPI_NOTICE_SIZE), alignment: 8) { memory in
      repeat {
        guard (try? MPILibrary.call { apus_mpi_notice(memory.baseAddress, &length, $0) }) != nil else {
          return
        }
        switch length > 0 ? memory[0] : 0 {
        case Notice.present: lastHeard = Clock.nanoseconds
        case Notice.farewell: hasFarewell = true
        case Notice.failure:
          // Who failed says so, and ends all; should that not reach this rank, it ends by itself.
          Clock.sleep(seconds: 1)
          CurrentProcess.endAtOnce(code: 1)
        default: break
        }
      } while length > 0
    }
  }

  private func say(_ bytes: [UInt8], to rank: Int) {
    bytes.withUnsafeBytes { apus_mpi_notify(Int32(rank), $0.baseAddress, $0.count) }
  }

  /// After the last message: nothing that has been said remains unheard.
  func finish() {
    guard count > 1 else { return }
    isFinished = true
    say([Notice.farewell], to: (rank + 1) % count)
    let end = Clock.nanoseconds + max(timeout, 1_000_000_000)
    while Clock.nanoseconds < end {
      listen()
      if apus_mpi_leaving_notices() == 0 && hasFarewell { return }
      Clock.sleep(seconds: 0.5e-3)
    }
  }

  /// A message could not be delivered, mostly because a rank is lost: the one after it will say which. Where nobody does,
  /// this rank says what it knows.
  func end(after error: ApusError, step: Int) -> Never {
    let limit = Clock.nanoseconds + timeout + 500_000_000
    while timeout > 0 && Clock.nanoseconds < limit {
      attend(step: step)
      Clock.sleep(seconds: 0.01)
    }
    end("rank \(rank) of \(count) (host \(hosts[rank])): \(error)")
  }

  /// Ends all ranks with a message.
  func end(_ message: String) -> Never {
    write(message)
    for other in 0..<count where other != rank { say([Notice.failure], to: other) }
    // Time for the notices to leave, and for the launcher to hand on the message.
    for _ in 0..<20 {
      _ = apus_mpi_leaving_notices()
      Clock.sleep(seconds: 0.005)
    }
    apus_mpi_abort(1)
    CurrentProcess.endAtOnce(code: 1)
  }
  /// Ends this process with a message.
  func end(alone message: String) -> Never {
    write(message)
    CurrentProcess.endAtOnce(code: 1)
  }

  /// In one piece, so that what other ranks write does not come between.
  private func write(_ message: String) {
    let line = message.hasPrefix("error: ") ? message : "error: \(message)"
    let bytes = Array("\(line)\n".utf8)
    bytes.withUnsafeBytes { _ = Files.write(2, $0.baseAddress!, $0.count) }
  }
}
