import ApusCore
import Synchronization

extension TrainingSession {
  /// The events of a training on a thread of its own, for one reader.
  ///
  /// ```swift
  /// for try await event in session.events() { show(event) }
  /// ```
  ///
  /// A step that the reader hasn't taken yet gives way to the next one; no epoch, checkpoint, stop or error is lost. The
  /// sequence ends with the training, and throws what training throws. When nobody holds it any more, or the reader's task is
  /// cancelled, training pauses after its step.
  public struct Events: AsyncSequence, Sendable {
    private let queue: EventQueue
    private let reader: Reader

    /// - Parameter train: trains, asks after every step whether to pause, and tells what happens.
    package init(
      _ train: @escaping @Sendable (_ pauses: () -> Bool, _ observe: (TrainingEvent) -> Void) throws -> Void
    ) {
      let queue = EventQueue()
      self.queue = queue
      reader = Reader(queue)
      let isRunning = BackgroundWork.detach {
        queue.end(with: Result { try train({ queue.isAbandoned }, queue.send) })
      }
      if !isRunning { queue.end(with: .failure(ApusError("the system has no thread left to train on"))) }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(queue: queue, reader: reader) }

    public struct Iterator: AsyncIteratorProtocol {
      fileprivate let queue: EventQueue
      fileprivate let reader: Reader

      public mutating func next() async throws -> TrainingEvent? { try await queue.next() }
    }

    /// Lives for as long as somebody can still read.
    fileprivate final class Reader: Sendable {
      private let queue: EventQueue

      init(_ queue: EventQueue) { self.queue = queue }

      deinit { queue.abandon() }
    }
  }
}

/// Events on their way from the training thread to a task.
private final class EventQueue: Sendable {
  private struct State {
    var events: [TrainingEvent] = []
    /// The number of events that have been read; they are removed when they are more than half.
    var read = 0
    var end: Result<Void, any Error>?
    var waiting: CheckedContinuation<Void, Never>?

    var hasEvents: Bool { read < events.count }

    mutating func next() -> TrainingEvent? {
      guard hasEvents else { return nil }
      defer {
        read += 1
        if read * 2 > events.count {
          events.removeFirst(read)
          read = 0
        }
      }
      return events[read]
    }
  }
  private let state = Mutex(State())
  private let abandoned = Atomic(false)

  /// A Boolean value that indicates whether nobody reads any more.
  var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }

  func abandon() { abandoned.store(true, ordering: .relaxed) }

  func send(_ event: TrainingEvent) {
    change { state in
      if state.hasEvents, case .step = event, case .step? = state.events.last { state.events.removeLast() }
      state.events.append(event)
    }
  }

  func end(with result: Result<Void, any Error>) { change { $0.end = result } }

  private func change(_ body: (inout State) -> Void) {
    let waiting = state.withLock { state in
      body(&state)
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  /// - Returns: nil at the end.
  func next() async throws -> TrainingEvent? {
    while true {
      // A reader that always finds events does not wait, and would not hear of its cancellation there.
      if Task.isCancelled { abandon() }
      let (event, end) = state.withLock { state in (state.next(), state.hasEvents ? nil : state.end) }
      if let event { return event }
      if let end {
        try end.get()
        return nil
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isDue = state.withLock { state in
            guard !state.hasEvents, state.end == nil else { return true }
            state.waiting = continuation
            return false
          }
          if isDue { continuation.resume() }
        }
      } onCancel: {
        // The training thread pauses, and ends the sequence.
        abandon()
      }
    }
  }
}
