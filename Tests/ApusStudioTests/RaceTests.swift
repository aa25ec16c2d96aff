import ApusCore
import ApusData
import ApusNN
import ApusStudio
import ApusTraining
import Testing

@Suite struct RaceTests {
  private func small(_ racers: [LessonRacer]) -> Lesson {
    var lesson = Lesson()
    lesson.data.points = 60
    lesson.epochs = 50
    lesson.layers[0].dropout = 0.2
    lesson.race.racers = racers
    return lesson
  }

  private static let three = [
    LessonRacer(SGD.name, rate: 0.3), LessonRacer(Momentum.name, rate: 0.05),
    LessonRacer(Adam.name, rate: 0.02),
  ]

  private func race(_ lesson: Lesson) throws -> Race {
    try Race(LessonPlan(Lesson(json: lesson.json)), engine: Engine.standard())
  }

  /// Each of a race comes to the same bits as it does alone.
  @Test func eachTrainsAsItWouldAlone() throws {
    let lesson = small(Self.three)
    let race = try race(lesson)
    let first = race.racers[0].weights
    #expect(race.racers.allSatisfy { $0.weights == first })
    for _ in 0..<37 { race.stepOnce() }
    #expect(race.step == 37)
    for racer in race.racers {
      var alone = lesson
      alone.optimizer = racer.entry.optimizer
      alone.learningRate = racer.entry.learningRate
      let playground = try PlaygroundSession(alone, table: nil)
      for _ in 0..<37 { playground.stepOnce(.batch) }
      #expect(playground.session.step.trained[0].parameters.floats.elementsEqual(racer.weights))
      #expect(racer.weights != first)
    }
  }

  /// One that diverges stands still; the others go on, and it is the race's end only when nobody can.
  @Test func whoDivergesStopsAlone() throws {
    var lesson = small([LessonRacer(SGD.name, rate: 500), LessonRacer(Adam.name, rate: 0.02)])
    lesson.data.set = "hills"
    lesson.data.classes = 1
    lesson.epochs = 20
    let race = try race(lesson)
    race.run(true)
    while race.isRunning { _ = race.runForAWhile(speed: nil) }
    race.run(true)
    while race.isRunning { _ = race.runForAWhile(speed: nil) }
    #expect(race.racers[0].fault != nil && race.racers[1].fault == nil)
    #expect(race.isOver)
    #expect(race.racers[1].curve.points.count == 21)
    #expect(race.racers[1].loss < race.firstLoss)
  }

  /// The goal is a tenth of the first loss unless the lesson names one; when it was reached does not depend on the pace.
  @Test func whoReachedTheGoal() throws {
    var lesson = small(Self.three)
    #expect(try race(lesson).goal == race(lesson).firstLoss * 0.1)
    lesson.layers[0].dropout = 0
    lesson.race.goal = 0.3
    let fast = try race(lesson)
    fast.run(true)
    while fast.isRunning { _ = fast.runForAWhile(speed: nil) }
    let slow = try race(lesson)
    while slow.step < fast.step { slow.stepOnce() }
    #expect(fast.racers.map(\.reached) == slow.racers.map(\.reached))
    // At the step whose mean over an epoch's worth of steps is there first, and not at the end of that epoch.
    let reached = try #require(fast.racers[2].reached)
    var alone = lesson
    alone.optimizer = fast.racers[2].entry.optimizer
    alone.learningRate = fast.racers[2].entry.learningRate
    let playground = try PlaygroundSession(alone, table: nil)
    let count = playground.plan.training.count
    let batches = (count + lesson.batch - 1) / lesson.batch
    let losses = try (0..<reached).map { _ in Double(try playground.session.runStep()) }
    func mean(_ end: Int) -> Double {
      let steps = (end - batches)..<end
      let rows = steps.map { Double(min(lesson.batch, count - $0 % batches * lesson.batch)) }
      return zip(steps, rows).reduce(0) { $0 + losses[$1.0] * $1.1 } / rows.reduce(0, +)
    }
    #expect(mean(reached) <= 0.3)
    #expect((batches..<reached).allSatisfy { mean($0) > 0.3 })
  }

  /// What the lesson says is so: at the same rate momentum is there in less than a third of the steps.
  @Test func momentumWinsTheRavine() throws {
    let preset = try #require(Preset.table.first { $0.name == "ravine" })
    let race = try race(preset.lesson())
    race.run(true)
    while race.isRunning { _ = race.runForAWhile(speed: nil) }
    let reached = race.racers.map(\.reached)
    #expect(
      race.racers.map(\.entry.optimizer)
        == [SGD.name, Momentum.name, Adam.name].map { .string($0) })
    let (plain, momentum) = (
      try #require(reached[0], "\(reached) \(race.racers.map(\.loss))"), try #require(reached[1])
    )
    #expect(momentum * 3 < plain, "\(reached)")
  }

  @Test(arguments: [
    (#"{"race": {"racers": [{}, {}, {}, {}, {}]}}"#, "5 of them"),
    (#"{"race": {"racers": [{"learningRate": -1}]}}"#, "race.racers.learningRate is -1"),
    (#"{"race": {"racers": [{"speed": 1}]}}"#, "unknown key “speed”"),
    (#"{"race": {"goal": 0}}"#, "race.goal is 0"),
    (#"{"race": []}"#, "is no object"),
  ])
  func mistakesAreRefused(_ text: String, _ problem: String) throws {
    let json = try StrictJSON.parse(text)
    let error = try #require(throws: ApusError.self) { try Lesson(json: json) }
    #expect(error.problem.contains(problem), "\(error)")
  }

  /// Who races is no matter to the training; what cannot race is refused, and all is as it was.
  @Test func theTrainingGoesOn() throws {
    let playground = try PlaygroundSession(small(Self.three), table: nil)
    playground.stepOnce(.epoch)
    let session = playground.session
    try playground.obey(.open)
    var lesson = playground.lesson
    lesson.race.racers.append(LessonRacer(RMSprop.name, rate: 0.01))
    try playground.take(lesson)
    #expect(playground.session === session && playground.deviation == nil)
    #expect(playground.race?.racers.count == 4)
    let former = playground.race
    lesson.race.racers[0].optimizer = .string("adamm")
    #expect(throws: ApusError.self) { try playground.take(lesson) }
    #expect(playground.race === former && playground.lesson.race.racers.count == 4)
    lesson.race.racers[0].optimizer = .string(Adam.name)
    try playground.take(lesson)
    try playground.obey(.start)
    #expect(playground.race?.isRunning == true && !playground.isPlaying)
    playground.play(true)
    #expect(playground.race?.isRunning == false && playground.isPlaying)
    playground.play(false)
    // Another lesson, another race.
    lesson.layers[0].units = 6
    try playground.take(lesson)
    #expect(playground.race?.step == 0)
    try playground.obey(.close)
    #expect(playground.race == nil)
  }

  /// Frames of a race come while it is open, with a picture of each.
  @Test func framesReachTheReader() async throws {
    let live = try LiveSession(small(Self.three))
    defer { live.close() }
    let reader = live.latest.join()
    func order(_ what: String) async throws {
      _ = try await live.obey(StrictJSON.parse("{\"do\": \"race\", \"what\": \"\(what)\"}"))
    }
    await #expect(throws: ApusError.self) { try await order("win") }
    try await order("open")
    try await order("start")
    var seen: [String] = []
    var last: JSONValue?
    while seen.last != "over" && seen.last != "paused", let frames = await live.latest.next(reader) {
      for frame in frames {
        let length = frame[4..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = try StrictJSON.parse(Array(frame[8..<(8 + length)]))
        guard header["kind"]?.stringValue == "race" else { continue }
        let grid = try #require(header["grid"]?.intValue)
        #expect(frame.count - 8 - length == 3 * 2 * grid * grid)
        seen.append(header["state"]?.stringValue ?? "")
        last = header
      }
    }
    #expect(last?["racers"]?.arrayValue?.count == 3)
    #expect((last?["step"]?.intValue ?? 0) > 0)
  }
}
