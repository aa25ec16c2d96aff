import ApusCore
import Synchronization

/// The messages that wait to be sent to the page: of pictures the newest alone, so that a slow reader costs nothing and
/// sees no past.
package final class LatestFrame: Sendable {
  private struct State {
    /// The number of the reader at hand; 0 when there is none.
    var reader = 0
    var readers = 0
    var readerSince: UInt64 = Clock.nanoseconds
    var isClosed = false
    var plan: [UInt8]?
    var messages: [[UInt8]] = []
    var picture: [UInt8]?
    var race: [UInt8]?
    var waiting: CheckedContinuation<[[UInt8]]?, Never>?

    mutating func take() -> [[UInt8]] {
      let all = [plan, picture, race].compactMap { $0 } + messages
      (plan, picture, race, messages) = (nil, nil, nil, [])
      return all
    }
  }

  private let state = Mutex(State())
  private static let mostMessages = 16

  /// A new reader; one before it comes to its end.
  package func join() -> Int {
    let (reader, former) = state.withLock { state in
      state.readers += 1
      state.reader = state.readers
      state.readerSince = Clock.nanoseconds
      let former = state.waiting
      state.waiting = nil
      return (state.reader, former)
    }
    former?.resume(returning: nil)
    return reader
  }

  package func leave(_ reader: Int) {
    let former = state.withLock { state -> CheckedContinuation<[[UInt8]]?, Never>? in
      guard state.reader == reader else { return nil }
      state.reader = 0
      state.readerSince = Clock.nanoseconds
      defer { state.waiting = nil }
      return state.waiting
    }
    former?.resume(returning: nil)
  }

  package var hasReader: Bool { state.withLock { $0.reader != 0 && !$0.isClosed } }

  /// Seconds without a reader.
  package var lonelySeconds: Double {
    state.withLock { state in
      state.reader != 0 ? 0 : Double(Clock.nanoseconds &- state.readerSince) / 1e9
    }
  }

  /// Returns what there is to send, as soon as there is something; nil when another reader has come, or all is over.
  package func next(_ reader: Int) async -> [[UInt8]]? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now: [[UInt8]]?? = state.withLock { state in
          guard state.reader == reader, !state.isClosed else { return .some(nil) }
          let frames = state.take()
          if !frames.isEmpty { return .some(frames) }
          state.waiting = continuation
          return nil
        }
        if let now { continuation.resume(returning: now) }
      }
    } onCancel: {
      leave(reader)
    }
  }

  package func put(plan: [UInt8]) {
    change {
      $0.plan = plan
      $0.picture = nil
    }
  }

  package func put(picture: [UInt8]) { change { $0.picture = picture } }

  package func put(race: [UInt8]) { change { $0.race = race } }

  package func put(message: [UInt8]) {
    change { state in
      state.messages.append(message)
      if state.messages.count > Self.mostMessages { state.messages.removeFirst() }
    }
  }

  package func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: nil)
  }

  private func change(_ body: (inout State) -> Void) {
    let woken = state.withLock { state -> (CheckedContinuation<[[UInt8]]?, Never>, [[UInt8]])? in
      guard state.reader != 0, !state.isClosed else { return nil }
      body(&state)
      guard let waiting = state.waiting else { return nil }
      state.waiting = nil
      return (waiting, state.take())
    }
    if let (waiting, frames) = woken { waiting.resume(returning: frames) }
  }
}
