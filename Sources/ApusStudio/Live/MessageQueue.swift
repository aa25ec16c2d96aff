import Dispatch
import Synchronization

/// Room for one message, and for one of a race.
final class MessageQueue: Sendable {
  private let content = Mutex<(renderer: PictureRenderer?, message: Message?)>((nil, nil))
  let wake = DispatchSemaphore(value: 0)

  var isEmpty: Bool { content.withLock { $0.message == nil } }

  func put(renderer: PictureRenderer) { content.withLock { $0 = (renderer, nil) } }

  func put(_ message: Message) {
    content.withLock { content in
      var message = message
      if let old = content.message {
        message.wantsCurve = message.wantsCurve || old.wantsCurve
        message.restartsCurve = message.restartsCurve || old.restartsCurve
      }
      content.message = message
    }
    wake.signal()
  }

  /// The newest message of a race; older ones are dropped.
  private let race = Mutex<RaceMessage?>(nil)

  var hasNoRace: Bool { race.withLock { $0 == nil } }

  func put(_ message: RaceMessage) {
    race.withLock { $0 = message }
    wake.signal()
  }

  func takeRace() -> RaceMessage? {
    race.withLock { race in
      defer { race = nil }
      return race
    }
  }

  func take() -> (PictureRenderer?, Message?)? {
    content.withLock { content in
      guard content.renderer != nil || content.message != nil else { return nil }
      defer { content = (nil, nil) }
      return content
    }
  }
}
