import Synchronization

/// Hands events on to any number of asynchronous sequences.
final class EventStreams: Sendable {
  private let listeners = Mutex<[Int: AsyncStream<TrainingEvent>.Continuation]>([:])
  /// Whether anybody may be listening: a step of a small net takes no longer than asking the mutex.
  private let isHeard = Atomic(false)
  private static let mostWaiting = 1024

  func makeStream() -> AsyncStream<TrainingEvent> {
    AsyncStream(bufferingPolicy: .bufferingNewest(Self.mostWaiting)) { continuation in
      let key = listeners.withLock { listeners in
        let key = (listeners.keys.max() ?? 0) + 1
        listeners[key] = continuation
        return key
      }
      isHeard.store(true, ordering: .releasing)
      continuation.onTermination = { [weak self] _ in
        _ = self?.listeners.withLock { $0.removeValue(forKey: key) }
      }
    }
  }

  func send(_ event: @autoclosure () -> TrainingEvent) {
    guard isHeard.load(ordering: .acquiring) else { return }
    let event = event()
    listeners.withLock { listeners in
      for listener in listeners.values { listener.yield(event) }
    }
  }

  deinit {
    for listener in listeners.withLock({ $0.values.map { $0 } }) { listener.finish() }
  }
}
