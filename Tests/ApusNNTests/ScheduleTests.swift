import ApusCore
import ApusNN
import TestSupport
import Testing

/// A case of `schedules.json`.
struct ScheduleFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var options: [String: Double]
  var rates: [Double]
  /// What the schedule is told after each step, an epoch each.
  var losses: [Double]?
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [ScheduleFixture]
  }

  /// PyTorch's cosine, which rises again, is none of ours.
  static func all() throws -> [ScheduleFixture] {
    try Fixtures.load("schedules", as: Document.self).cases.filter { $0.name != "cosine" }
  }

  func makeSchedule() throws -> any Schedule {
    func steps(_ option: String) -> Span { .steps(Int(options[option]!)) }
    switch name {
    case "step": return StepDecay(every: steps("every"), factor: options["factor"]!)
    case "cosineHeld": return CosineDecay(to: options["end"]!, over: steps("steps"))
    case "warmupCosine":
      return Warmup(over: steps("warmup")).then(CosineDecay(to: options["end"]!, over: steps("steps")))
    case "inverseTime": return InverseTime(k: options["k"]!, every: steps("every"))
    case "oneCycle":
      return OneCycle(
        rise: options["rise"]!, start: options["start"]!, end: options["end"]!, over: steps("steps"))
    default:
      var parameters = options
      parameters["base"] = nil
      let whole = ["patience", "cooldown"]
      let members = parameters.map { key, value in
        JSONMember(key, whole.contains(key) ? .integer(Int(value)) : .double(value))
      }
      return try Schedules.schedule(.object([JSONMember(name, .object(members))]))
    }
  }
}

@Suite struct ScheduleTests {
  let run = RunLength(steps: 30, stepsPerEpoch: 10)

  @Test(arguments: try ScheduleFixture.all())
  func agreesWithPyTorch(_ fixture: ScheduleFixture) throws {
    let schedule = try fixture.makeSchedule()
    var state = ScheduleState()
    for (step, expected) in fixture.rates.enumerated() {
      let rate = schedule.rate(step: step, base: fixture.options["base"]!, run: run, state: state)
      #expect(abs(rate - expected) <= 1e-10 * fixture.rates.max()!, "step \(step)")
      if let losses = fixture.losses {
        schedule.observe(losses[step], step: step + 1, run: run, state: &state)
      }
    }
  }

  @Test func everyScheduleIsChecked() throws {
    let others = ["cosineHeld": "cosine", "warmupCosine": "warmup"]
    let checked = Set(try ScheduleFixture.all().map { others[$0.name] ?? $0.name })
    #expect(checked == Set(Schedules.table.names))
  }

  @Test func oneCycleTakesTheRestOfTheRun() {
    let schedule = OneCycle()
    #expect(abs(schedule.rate(step: 0, base: 1, run: run) - 0.04) < 1e-12)
    #expect(abs(schedule.rate(step: 8, base: 1, run: run) - 1) < 1e-12)
    #expect(abs(schedule.rate(step: 29, base: 1, run: run) - 4e-6) < 1e-12)
    for length in 0...3 {
      let short = RunLength(steps: length, stepsPerEpoch: 1)
      #expect((0..<5).allSatisfy { schedule.rate(step: $0, base: 1, run: short).isFinite })
    }
  }

  /// Each schedule of a sequence has a memory of its own.
  @Test func plateausFollowEachOther() throws {
    let fast = ReduceOnPlateau(factor: 0.5, patience: 0)
    let schedule = Warmup(over: .steps(10)).then(fast)
    var state = ScheduleState()
    // The first epoch belongs to the warm-up.
    for (step, expected) in [(10, 1.0), (20, 1.0), (30, 0.5), (40, 0.25)] {
      schedule.observe(1, step: step, run: run, state: &state)
      #expect(schedule.rate(step: step, base: 1, run: run, state: state) == expected, "step \(step)")
    }
    let read = try JSONCoding.decode(ScheduleState.self, from: JSONCoding.encode(state))
    #expect(read == state && state.parts.count == 2)
  }

  @Test func parametersOutsideTheirRangeAreErrors() {
    for (name, key, value) in [
      ("cosine", "to", -0.1), ("oneCycle", "rise", 1.5), ("oneCycle", "start", 0),
      ("reduceOnPlateau", "factor", 1), ("reduceOnPlateau", "minimum", -1),
    ] {
      #expect {
        try Schedules.schedule(.object([JSONMember(name, .object([JSONMember(key, .double(value))]))]))
      } throws: { "\($0)".contains("\(key) of \(name) is \(value)") }
    }
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
