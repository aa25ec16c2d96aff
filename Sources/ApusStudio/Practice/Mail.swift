import ApusCore
import Dispatch
import Synchronization

/// The weights of a moment, on their way from the training thread to the drawing one.
struct Letter: Sendable {
  var plan: Int
  var step: Int
  var epoch: Double
  var weights: [Float]
  var facts: [JSONMember]
  /// Whether the page should be given all points of the curves, and not the newest alone.
  var wantsCurve: Bool
  var restartsCurve: Bool
  /// Whether the moment is one of the past, whose point the curves have.
  var isLookingBack: Bool
  var isPlaying: Bool
  /// An image to predict.
  var drawn: [UInt8]?
}

/// Room for one letter, and for one of a race.
final class Mail: Sendable {
  private let content = Mutex<(easel: Easel?, letter: Letter?)>((nil, nil))
  let wake = DispatchSemaphore(value: 0)

  var isEmpty: Bool { content.withLock { $0.letter == nil } }

  func put(easel: Easel) { content.withLock { $0 = (easel, nil) } }

  func put(_ letter: Letter) {
    content.withLock { content in
      var letter = letter
      if let old = content.letter {
        letter.wantsCurve = letter.wantsCurve || old.wantsCurve
        letter.restartsCurve = letter.restartsCurve || old.restartsCurve
      }
      content.letter = letter
    }
    wake.signal()
  }

  /// Of a race the newest letter alone.
  private let race = Mutex<RaceLetter?>(nil)

  var hasNoRace: Bool { race.withLock { $0 == nil } }

  func put(_ letter: RaceLetter) {
    race.withLock { $0 = letter }
    wake.signal()
  }

  func takeRace() -> RaceLetter? {
    race.withLock { race in
      defer { race = nil }
      return race
    }
  }

  func take() -> (Easel?, Letter?)? {
    content.withLock { content in
      guard content.easel != nil || content.letter != nil else { return nil }
      defer { content = (nil, nil) }
      return content
    }
  }
}
