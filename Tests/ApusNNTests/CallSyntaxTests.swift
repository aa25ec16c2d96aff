import ApusCore
import ApusNN
import Testing

/// Items as they are written on the command line.
@Suite struct CallSyntaxTests {
  private func schedule(_ text: String) throws -> any Schedule {
    try Schedules.schedule(.array(CallSyntax.parse(text, in: Schedules.table)))
  }

  private func layers(_ text: String) throws -> Sequential? {
    try Layers.layer(.array(CallSyntax.parse(text, in: Layers.table))) as? Sequential
  }

  /// A rate that would fall below 0, or grow without end, is refused before any work.
  @Test(arguments: [
    ("step(factor: -0.5)", "factor of step"), ("step(factor: 2)", "factor of step"),
    ("exponential(k: -1)", "k of exponential"), ("inverseTime(k: -0.1)", "k of inverseTime"),
    ("cosine(to: -1)", "to of cosine"), ("warmup(10), cosine(to: -1)", "to of cosine"),
  ])
  func schedulesThatGoNegative(_ text: String, _ part: String) {
    do {
      _ = try schedule(text)
      Issue.record("“\(text)” is taken")
    } catch { #expect("\(error)".contains(part), "\(error)") }
  }

  @Test func schedulesFollowEachOther() throws {
    let expected = Warmup(over: .steps(100)).then(CosineDecay(to: 0.001))
    #expect(try schedule("warmup(100), cosine(to: 0.001)") as? ScheduleSequence == expected)
    #expect(try schedule(" warmup( 100 ),cosine( to:0.001 ) ") as? ScheduleSequence == expected)
  }

  @Test func oneScheduleIsItself() throws {
    #expect(try schedule("constant") as? ConstantRate == ConstantRate())
    #expect(try schedule("step(3 epochs, 0.25)") as? StepDecay == StepDecay(every: .epochs(3), factor: 0.25))
    #expect(try schedule("step(factor: 0.25)") as? StepDecay == StepDecay(every: .epochs(10), factor: 0.25))
    #expect(try schedule("cosine(0.5, 7)") as? CosineDecay == CosineDecay(to: 0.5, over: .steps(7)))
    #expect(try schedule("warmup()") as? Warmup == Warmup())
  }

  @Test func layersAndTruthValues() throws {
    #expect(try layers("dense(64), relu, dropout(0.1)") == Sequential([Dense(64), ReLU(), Dropout(0.1)]))
    #expect(
      try layers("dense(2, bias: false), dense(3, initializer: he-normal)")
        == Sequential([Dense(2, bias: false), Dense(3, initializer: .he)]))
    #expect(try layers("") == Sequential())
  }

  @Test(arguments: [
    ("warmup(100", "“warmup(100” lacks a closing parenthesis"),
    ("warmpu(100)", "did you mean “warmup”?"),
    ("warmup(1, 2)", "takes 1 parameters"),
    ("cosine(too: 1)", "schedule cosine has no parameter “too”"),
    ("cosine(to: low)", "schedule cosine"),
    ("cosin", "did you mean “cosine”?"),
    (")", "unknown schedule"), ("(3)", "unknown schedule"),
    ("warmup(100))", "schedule warmup"),
  ])
  func mistakesAreNamed(_ text: String, _ words: String) {
    #expect {
      try schedule(text)
    } throws: { error in
      "\(error)".contains(words)
    }
  }
}
