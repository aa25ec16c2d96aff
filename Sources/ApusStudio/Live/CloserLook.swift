import ApusCore
import ApusRuns
import Synchronization

/// The additional readings in a picture, where the page has a panel open for them. Belongs to the thread that draws.
final class CloserLook {
  private unowned let live: LiveSession
  private var histograms: DepthRenderer?
  private var last: UInt64 = 0
  /// While it trains, histograms are made at most so often.
  private static let interval: UInt64 = 150_000_000

  init(_ live: LiveSession) { self.live = live }

  func members(_ renderer: PictureRenderer, _ message: Message) -> [JSONMember] {
    var members: [JSONMember] = []
    if live.watchesDepth.load(ordering: .acquiring) {
      let now = Clock.nanoseconds
      if !message.isPlaying || now &- last >= Self.interval {
        if histograms?.number != renderer.number {
          histograms = DepthRenderer(renderer.plan, number: renderer.number)
        }
        members.append(JSONMember("depth", histograms?.json(message.weights) ?? .null))
        last = now
      }
    } else {
      histograms = nil
    }
    if let map = live.watchedMap.withLock({ $0 }), map.plane.origin.count == message.weights.count {
      let place = map.plane.coordinates(of: message.weights)
      members.append(
        JSONMember(
          "landscape",
          .object([
            JSONMember("number", .integer(map.number)),
            JSONMember("at", .array([.double(place.a), .double(place.b)])),
          ])))
    }
    return members
  }
}
