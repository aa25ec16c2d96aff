import ApusCore
package import ApusData
import ApusTraining
import Dispatch
import Synchronization

/// A lesson in training: a thread that trains and obeys, and one that draws. Neither belongs to an event loop.
///
/// The training thread looks for orders about every millisecond, and leaves the weights of now for the drawing thread
/// whenever that one has nothing to draw: what is drawn, and how fast it is looked at, does not slow the training down.
package final class Practice: Sendable {
  package let box = FrameBox()
  private let orders = Mutex<[Order]>([])
  private let isClosed = Atomic(false)
  let isExamining = Atomic(false)
  /// Whether a reading is being made: one at a time.
  let isReading = Atomic(false)
  /// Whether the page shows histograms through depth.
  let watchesDepth = Atomic(false)
  /// The map of the loss that the page shows, on which pictures say where the weights are.
  let watchedMap = Mutex<(number: Int, plane: WeightPlane)?>(nil)
  let mail = Mail()
  /// Wakes the training thread.
  private let wake = DispatchSemaphore(value: 0)

  struct Order: Sendable {
    var body: @Sendable (Trainee) throws -> JSONValue
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
    let trainee = try Trainee(lesson, table: table)
    trainee.shouldStop = { [self] in isClosed.load(ordering: .acquiring) }
    Self.detach { [self] in
      draw()
    }
    Self.detach { [self, box = Box(trainee)] in train(box.value) }
  }

  private struct Box: @unchecked Sendable {
    let value: Trainee
    init(_ value: Trainee) { self.value = value }
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) { PlainThread.detach(body) }

  package func close() {
    isClosed.store(true, ordering: .releasing)
    box.close()
    wake.signal()
    mail.wake.signal()
  }

  /// Has something done on the training thread, between two steps.
  ///
  /// - Throws: what it throws; when the session is over or has too much to do.
  func perform(_ body: @escaping @Sendable (Trainee) throws -> JSONValue) async throws -> JSONValue {
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

  private func train(_ trainee: Trainee) {
    var lastMail: UInt64 = 0
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
        order.reply(Result { try order.body(trainee) })
      }
      if isClosed.load(ordering: .acquiring) { return refuseTheRest() }
      if let easel = trainee.newEasel {
        trainee.newEasel = nil
        box.put(plan: easel.planFrame.bytes)
        mail.put(easel: easel)
      }
      if !box.hasReader, trainee.isBusy, box.lonelySeconds > 10 {
        trainee.isPlaying = false
        trainee.race?.run(false)
      }
      let wait =
        trainee.isPlaying
        ? trainee.trainForAWhile()
        : trainee.isBusy ? trainee.race?.runForAWhile(speed: trainee.speed) : nil
      let now = Clock.nanoseconds
      if trainee.hasChanged || (trainee.isPlaying && now &- lastMail >= Self.drawingInterval && mail.isEmpty)
      {
        trainee.hasChanged = false
        if box.hasReader {
          mail.put(trainee.letter)
          lastMail = now
        }
      }
      if let race = trainee.race,
        race.hasChanged || (race.isRunning && now &- lastRace >= Self.raceInterval && mail.hasNoRace)
      {
        race.hasChanged = false
        if box.hasReader { mail.put(race.letter) }
        lastRace = now
      }
      if !trainee.isBusy {
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
    var easel: Easel?
    var curve = Curve()
    let closer = CloserLook(self)
    var raceEasel: Easel?
    while !isClosed.load(ordering: .acquiring) {
      if let race = mail.takeRace() {
        if raceEasel?.number != race.number { raceEasel = try? race.easel() }
        if let frame = try? raceEasel?.picture(of: race) { box.put(race: frame.bytes) }
      }
      guard let (newEasel, letter) = mail.take() else {
        _ = mail.wake.wait(timeout: .now() + 1)
        continue
      }
      let start = Clock.nanoseconds
      if let newEasel { easel = newEasel }
      guard let easel, let letter, letter.plan == easel.number else { continue }
      if letter.restartsCurve { curve.removeAll() }
      guard
        let (drawn, point) = try? easel.picture(letter.weights, step: letter.step, epoch: letter.epoch)
      else { continue }
      var frame = drawn
      if !letter.isLookingBack { curve.append(point) }
      frame.header += letter.facts
      frame.header += closer.members(easel, letter)
      if let drawn = letter.drawn.flatMap({ easel.prediction(of: $0) }) { frame.header.append(drawn) }
      if letter.wantsCurve {
        frame.header.append(JSONMember("curves", .array(curve.points.map(\.json))))
      }
      box.put(picture: frame.bytes)
      let spent = Double(Clock.nanoseconds &- start) / 1e9
      if spent < Self.pictureInterval { PlainThread.sleep(Self.pictureInterval - spent) }
    }
  }
}
