import ApusCore
import ApusNN
import TestSupport
import Testing

/// A case of `schedules.json`.
struct ScheduleFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var options: [String: Double]
  var rates: [Double]
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [ScheduleFixture]
  }

  /// The cases of schedules that are there. PyTorch's cosine, which rises again, is none of ours; exponential
  /// is checked as soon as the table of schedules names it.
  static func all() throws -> [ScheduleFixture] {
    try Fixtures.load("schedules", as: Document.self).cases.filter { fixture in
      ["constant", "step", "cosineHeld", "warmupCosine"].contains(fixture.name)
        || (fixture.name == "exponential" && Schedules.table.names.contains(fixture.name))
    }
  }

  func makeSchedule() throws -> any Schedule {
    func steps(_ option: String) -> Span { .steps(Int(options[option]!)) }
    switch name {
    case "step": return StepDecay(every: steps("every"), factor: options["factor"]!)
    case "cosineHeld": return CosineDecay(to: options["end"]!, over: steps("steps"))
    case "warmupCosine":
      return Warmup(over: steps("warmup")).then(CosineDecay(to: options["end"]!, over: steps("steps")))
    case "exponential":
      return try Schedules.schedule(.object([JSONMember(name, .double(options["factor"]!))]))
    default: return try Schedules.schedule(.string(name))
    }
  }
}

@Suite struct ScheduleTests {
  let run = RunLength(steps: 30, stepsPerEpoch: 10)

  @Test(arguments: try ScheduleFixture.all())
  func agreesWithPyTorch(_ fixture: ScheduleFixture) throws {
    let schedule = try fixture.makeSchedule()
    for (step, expected) in fixture.rates.enumerated() {
      let rate = schedule.rate(step: step, base: fixture.options["base"]!, run: run)
      #expect(abs(rate - expected) <= 1e-10 * fixture.rates.max()!, "step \(step)")
    }
  }

  @Test func fourCasesAreChecked() throws {
    #expect(try ScheduleFixture.all().count >= 4)
  }

  @Test func epochsAreCountedInSteps() {
    let schedule = StepDecay(every: .epochs(1), factor: 0.5)
    #expect([0, 9, 10, 29].map { schedule.rate(step: $0, base: 1, run: run) } == [1, 1, 0.5, 0.25])
  }

  @Test func cosineTakesTheRestOfTheRun() {
    let schedule = Warmup(over: .steps(10)).then(CosineDecay(to: 0))
    #expect(abs(schedule.rate(step: 20, base: 1, run: run) - 0.5) < 1e-12)
    #expect(abs(schedule.rate(step: 30, base: 1, run: run)) < 1e-12)
  }

  @Test func equalSchedulesFollowEachOther() {
    let once = CosineDecay(to: 0, over: .steps(10))
    let schedule = once.then(once).then(once)
    for step in 0..<30 {
      #expect(schedule.rate(step: step, base: 1, run: run) == once.rate(step: step % 10, base: 1, run: run))
    }
    let restarted = once.then(.constant).then(once)
    #expect(restarted.rate(step: 25, base: 1, run: run) == 1)
  }

  @Test func sequencesMayStandInSequences() throws {
    let inner = Warmup(over: .steps(5)).then(CosineDecay(to: 0.5, over: .steps(5)))
    let schedule = Warmup(over: .steps(10)).then(inner).then(ConstantRate())
    #expect(schedule.rate(step: 14, base: 1, run: run) == 1)
    #expect(schedule.rate(step: 10, base: 1, run: run) == 0.2)
    #expect(schedule.rate(step: 25, base: 1, run: run) == 1)
    let read = try Schedules.schedule(schedule.configuration)
    #expect(read as? ScheduleSequence == schedule)
    #expect(try JSONCoding.decode(ScheduleSequence.self, from: JSONCoding.encode(schedule)) == schedule)
  }

  @Test func hugeLengthsDoNotOverflow() {
    let schedule = Warmup(over: .epochs(.max)).then(StepDecay(every: .steps(.max))).then(
      Warmup(over: .epochs(.max)))
    #expect(schedule.rate(step: 5, base: 1, run: run) < 1e-9)
    #expect(schedule.length(in: run) == nil)
    #expect(Warmup(over: .epochs(.max)).then(Warmup(over: .epochs(.max))).length(in: run) == 1 << 51)
  }

  @Test func spansAreWords() throws {
    func span(_ text: String) throws -> Span { try JSONCoding.decode(Span.self, from: .string(text)) }
    #expect(try span("100 steps") == .steps(100))
    #expect(try span("5 epochs") == .epochs(5))
    #expect(try span("1 epoch") == .epochs(1))
    #expect(try span("7") == .steps(7))
    #expect(try JSONCoding.decode(Span.self, from: .integer(12)) == .steps(12))
    for text in ["", "five steps", "5 weeks", "-3 steps", "1 2 3"] {
      #expect(throws: ApusError.self) { try span(text) }
    }
    #expect(throws: ApusError.self) { try JSONCoding.decode(Span.self, from: .integer(-1)) }
  }
}
