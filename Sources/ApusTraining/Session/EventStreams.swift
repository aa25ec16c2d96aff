import Synchronization

/// Hands events on to any number of asynchronous sequences.
final class EventStreams: Sendable {
  private let listeners = Mutex<[Int: AsyncStream<TrainingEvent>.Continuation]>([:])
  private static let mostWaiting = 1024

  func makeStream() -> AsyncStream<TrainingEvent> {
    AsyncStream(bufferingPolicy: .bufferingNewest(Self.mostWaiting)) { continuation in
      let key = listeners.withLock { listeners in
        let key = (listeners.keys.max() ?? 0) + 1
        listeners[key] = continuation
        return key
      }
      continuation.onTermination = { [weak self] _ in
        _ = self?.listeners.withLock { $0.removeValue(forKey: key) }
      }
    }
  }

  func send(_ event: TrainingEvent) {
    listeners.withLock { listeners in
      for listener in listeners.values { listener.yield(event) }
    }
  }

  deinit {
    for listener in listeners.withLock({ $0.values.map { $0 } }) { listener.finish() }
  }
}
