import ApusCore
package import ApusData
import ApusRuns
import Dispatch
import Synchronization

/// A lesson in training: a thread that trains and obeys, and one that draws. Neither belongs to an event loop.
///
/// The training thread looks for orders about every millisecond, and leaves the weights of now for the drawing thread
/// whenever that one has nothing to draw: what is drawn, and how fast it is looked at, does not slow the training down.
package final class LiveSession: Sendable {
  package let latest = LatestFrame()
  private let orders = Mutex<[Order]>([])
  private let isClosed = Atomic(false)
  let isExamining = Atomic(false)
  /// A Boolean value that indicates whether a reading is being made: one at a time.
  let isReading = Atomic(false)
  /// A Boolean value that indicates whether the page shows histograms through depth.
  let watchesDepth = Atomic(false)
  /// The map of the loss that the page shows, on which pictures say where the weights are.
  let watchedMap = Mutex<(number: Int, plane: WeightPlane)?>(nil)
  let messages = MessageQueue()
  /// Wakes the training thread.
  private let wake = DispatchSemaphore(value: 0)

  struct Order: Sendable {
    var body: @Sendable (PlaygroundSession) throws -> JSONValue
    var reply: @Sendable (Result<JSONValue, any Error>) -> Void
  }

  /// Orders that wait for the training thread at most.
  private static let mostOrders = 64
  /// While it trains, weights are left for drawing at most so often.
  private static let drawingInterval: UInt64 = 15_000_000
  /// And those of a race, with all its curves.
  private static let raceInterval: UInt64 = 80_000_000

  /// - Throws: when the lesson cannot be trained.
  package init(_ lesson: Lesson, table: Table? = nil) throws {
    // Built here, so that a mistake is the caller's; from now on it belongs to its thread alone.
    let playground = try PlaygroundSession(lesson, table: table)
    playground.shouldStop = { [self] in isClosed.load(ordering: .acquiring) }
    Self.detach { [self] in
      draw()
    }
    Self.detach { [self, held = Box(playground)] in train(held.value) }
  }

  private struct Box: @unchecked Sendable {
    let value: PlaygroundSession
    init(_ value: PlaygroundSession) { self.value = value }
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) { PlainThread.detach(body) }

  package func close() {
    isClosed.store(true, ordering: .releasing)
    latest.close()
    wake.signal()
    messages.wake.signal()
  }

  /// Has something done on the training thread, between two steps.
  ///
  /// - Throws: what it throws; when the session is over or has too much to do.
  func perform(_ body: @escaping @Sendable (PlaygroundSession) throws -> JSONValue) async throws -> JSONValue
  {
    try await withCheckedThrowingContinuation { continuation in
      let order = Order(body: body) { continuation.resume(with: $0) }
      let isTaken = orders.withLock { orders in
        guard orders.count < Self.mostOrders, !isClosed.load(ordering: .acquiring) else { return false }
        orders.append(order)
        return true
      }
      if isTaken {
        wake.signal()
      } else {
        continuation.resume(
          throwing: ApusError(
            "the session is over, or has too much to do", fix: "wait a moment, or load the page again"))
      }
    }
  }

  // MARK: The training thread

  private func train(_ playground: PlaygroundSession) {
    var lastMessage: UInt64 = 0
    var lastRace: UInt64 = 0
    while true {
      // A mutex that nobody holds costs less than a step.
      let taken = orders.withLock { orders in
        defer { orders.removeAll() }
        return orders
      }
      for order in taken {
        // Each may take a while, and nobody waits for them any more.
        guard !isClosed.load(ordering: .acquiring) else {
          order.reply(.failure(Self.isOver))
          continue
        }
        order.reply(Result { try order.body(playground) })
      }
      if isClosed.load(ordering: .acquiring) { return refuseTheRest() }
      if let renderer = playground.newRenderer {
        playground.newRenderer = nil
        latest.put(plan: renderer.planFrame.bytes)
        messages.put(renderer: renderer)
      }
      if !latest.hasReader, playground.isBusy, latest.lonelySeconds > 10 {
        playground.isPlaying = false
        playground.race?.run(false)
      }
      let wait =
        playground.isPlaying
        ? playground.trainForAWhile()
        : playground.isBusy ? playground.race?.runForAWhile(speed: playground.speed) : nil
      let now = Clock.nanoseconds
      if playground.hasChanged
        || (playground.isPlaying && now &- lastMessage >= Self.drawingInterval && messages.isEmpty)
      {
        playground.hasChanged = false
        if latest.hasReader {
          messages.put(playground.message)
          lastMessage = now
        }
      }
      if let race = playground.race,
        race.hasChanged || (race.isRunning && now &- lastRace >= Self.raceInterval && messages.hasNoRace)
      {
        race.hasChanged = false
        if latest.hasReader { messages.put(race.message) }
        lastRace = now
      }
      if !playground.isBusy {
        _ = wake.wait(timeout: .now() + 1)
      } else if let wait {
        _ = wake.wait(timeout: .now() + .nanoseconds(Int(wait)))
      }
    }
  }

  private func refuseTheRest() {
    let rest = orders.withLock { orders in
      defer { orders.removeAll() }
      return orders
    }
    for order in rest { order.reply(.failure(Self.isOver)) }
  }

  private static var isOver: ApusError { ApusError("the session is over", fix: "load the page again") }

  // MARK: The drawing thread

  /// At most so many pictures a second.
  private static let pictureInterval = 1.0 / 30

  private func draw() {
    var renderer: PictureRenderer?
    var curve = Curve()
    let closer = CloserLook(self)
    var raceRenderer: PictureRenderer?
    while !isClosed.load(ordering: .acquiring) {
      if let race = messages.takeRace() {
        if raceRenderer?.number != race.number { raceRenderer = try? race.renderer() }
        if let frame = try? raceRenderer?.picture(of: race) { latest.put(race: frame.bytes) }
      }
      guard let (newRenderer, message) = messages.take() else {
        _ = messages.wake.wait(timeout: .now() + 1)
        continue
      }
      let start = Clock.nanoseconds
      if let newRenderer { renderer = newRenderer }
      guard let renderer, let message, message.plan == renderer.number else { continue }
      if message.restartsCurve { curve.removeAll() }
      guard
        let (drawn, point) = try? renderer.picture(message.weights, step: message.step, epoch: message.epoch)
      else { continue }
      var frame = drawn
      if !message.isLookingBack { curve.append(point) }
      frame.header += message.facts
      frame.header += closer.members(renderer, message)
      if let drawn = message.drawn.flatMap({ renderer.prediction(of: $0) }) { frame.header.append(drawn) }
      if message.wantsCurve {
        frame.header.append(JSONMember("curves", .array(curve.points.map(\.json))))
      }
      latest.put(picture: frame.bytes)
      let spent = Double(Clock.nanoseconds &- start) / 1e9
      if spent < Self.pictureInterval { PlainThread.sleep(Self.pictureInterval - spent) }
    }
  }
}
