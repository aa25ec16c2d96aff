import ApusCore
import ApusTraining
import Synchronization

extension LiveSession {
  /// A measurement on the weights of now that takes longer than a step. The training thread hands out what it needs; it is
  /// made on a thread of its own, one at a time, and is the answer to the order.
  struct Reading: Sendable {
    typealias Work = @Sendable () throws -> JSONValue

    let name: String
    let prepare: @Sendable (LiveSession, PlaygroundSession, JSONValue) throws -> Work
  }

  static let readings = [
    Reading(name: "gradients") { _, playground, _ in
      let (plan, model, step) = (
        playground.plan, playground.session.snapshot(), playground.session.progress.step
      )
      return { try plan.checkGradients(of: model, step: step) }
    },
    Reading(name: "graph") { _, playground, order in
      let (plan, model, step) = (
        playground.plan, playground.session.snapshot(), playground.session.progress.step
      )
      let point = order["point"]?.intValue ?? 0
      return { try PointGraph(plan, model, point: point, step: step).json }
    },
    Reading(name: "landscape") { live, playground, order in
      let kind: LessonLandscape.Kind = try choice(order, "plane") { "a plane “\($0)”" }
      let (plan, model, step) = (
        playground.plan, playground.session.snapshot(), playground.session.progress.step
      )
      let states = playground.snapshots.items.map(\.state).filter { $0.progress.step < step }
      let path = states.map(\.parameters) + [playground.session.lightState.parameters]
      return {
        let landscape = try LessonLandscape(plan, model, path: path, kind: kind, step: step)
        let number = live.watchedMap.withLock { map in
          let number = (map?.number ?? 0) + 1
          map = (number, landscape.plane)
          return number
        }
        return landscape.json(number: number)
      }
    },
  ]

  func make(_ reading: Reading, _ order: JSONValue) async throws -> JSONValue {
    guard !isReading.exchange(true, ordering: .acquiring) else {
      throw ApusError("another measurement is being made", fix: "wait for it")
    }
    defer { isReading.store(false, ordering: .releasing) }
    let slot = Slot<Reading.Work>()
    _ = try await perform { [self] playground in
      // Asked for before the page knew of the plan that it is now: it asks again.
      guard order["plan"]?.intValue ?? playground.planNumber == playground.planNumber else { return .null }
      slot.value = try reading.prepare(self, playground, order)
      return .null
    }
    guard let work = slot.value else { return .object([JSONMember("outdated", .bool(true))]) }
    return try await withCheckedThrowingContinuation { continuation in
      do {
        try PlainThread.detachLongWork { continuation.resume(with: Result { try work() }) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Sets the additional readings in pictures: `{"depth": true, "landscape": false}`.
  func watch(_ order: JSONValue) {
    if let depth = order["depth"]?.boolValue { watchesDepth.store(depth, ordering: .releasing) }
    if order["landscape"]?.boolValue == false { watchedMap.withLock { $0 = nil } }
  }
}

extension Engine {
  /// For what is measured beside training, whose threads it leaves alone.
  static func onOneThread() throws -> Engine {
    try Engine(instructionSet: Engine.standard().instructionSet, threads: 1)
  }
}
