import ApusCore
import Synchronization

/// A worker's heartbeat, from a thread of its own.
final class SearchHeartbeat: Sendable {
  private let worker: SearchWorker
  private let isOver = Atomic(false)
  private let hasStopped = Atomic(false)
  private let door = Door()

  /// - Throws: when the first one cannot be written.
  init(_ worker: SearchWorker) throws(ApusError) {
    self.worker = worker
    try worker.beat()
    let isRunning = BackgroundWork.detach { [self] in
      while !isOver.load(ordering: .acquiring) {
        door.wait(atMost: worker.interval) { !isOver.load(ordering: .acquiring) }
        // One that cannot be written is made up for by the next; without any, others take over, and come to the same.
        if !isOver.load(ordering: .acquiring) { try? worker.beat() }
      }
      hasStopped.store(true, ordering: .releasing)
      door.open()
    }
    if !isRunning { hasStopped.store(true, ordering: .releasing) }
  }

  /// Comes back when the last heartbeat is written.
  func stop() {
    isOver.store(true, ordering: .releasing)
    door.open()
    door.wait { !hasStopped.load(ordering: .acquiring) }
  }
}
