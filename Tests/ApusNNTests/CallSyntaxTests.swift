import ApusCore
import ApusNN
import Testing

/// Items as they are written on the command line.
@Suite struct CallSyntaxTests {
  private func schedule(_ text: String) throws -> any Schedule {
    try Schedules.schedule(.array(CallSyntax.parse(text, in: Schedules.table)))
  }

  private func layers(_ text: String) throws -> Sequential? {
    let items = try CallSyntax.parse(text, in: Layers.table)
    return try Layers.layer(items.first?.arrayValue == nil ? .array(items) : items[0]) as? Sequential
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
      try layers("dense(2, hasBias: false), dense(3, initializer: he-normal)")
        == Sequential([Dense(2, hasBias: false), Dense(3, initializer: .he)]))
    #expect(try layers("") == Sequential())
  }

  /// Calls, lists and keys stand in one another, and mean what YAML means.
  @Test(arguments: [
    (
      "[{dense: 64}, relu, {dense: {units: 1, hasBias: false}}]",
      "[dense(64), relu, dense(1, hasBias: false)]"
    ),
    ("[residual([dense(8), relu]), dense(3)]", "[{residual: [{dense: 8}, relu]}, {dense: 3}]"),
    ("[dense(units: 8, initializer: heNormal)]", "[{dense: {initializer: heNormal, units: 8}}]"),
  ])
  func nestedItems(_ text: String, _ other: String) throws {
    let (one, two) = try (layers(text), layers(other))
    #expect(one == two && one?.items.isEmpty == false)
  }

  @Test func valuesAreYAMLs() throws {
    #expect(
      try CallSyntax.value("{a: [1, 2.5, -3e-2], b: {c: true, 'd e': null}, \"f: \\\"g\": it's, h: \"\\n\"}")
        == .object([
          JSONMember("a", .array([.integer(1), .double(2.5), .double(-0.03)])),
          JSONMember("b", .object([JSONMember("c", .bool(true)), JSONMember("d e", .null)])),
          JSONMember("f: \"g", .string("it's")), JSONMember("h", .string("\n")),
        ]))
    #expect(try CallSyntax.value("3 epochs") == .string("3 epochs"))
    #expect(try CallSyntax.value("18446744073709551615") == .number("18446744073709551615"))
    let loss = try CallSyntax.parse("softmaxCrossEntropy(classWeights: [1, 2, 5])", in: Losses.table)
    #expect(try (Losses.loss(loss[0]) as? SoftmaxCrossEntropy)?.classWeights == [1, 2, 5])
  }

  @Test(arguments: [
    ("warmup(100", "“warmup(100” lacks a closing parenthesis"),
    ("warmpu(100)", "did you mean “warmup”?"),
    ("warmup(1, 2)", "takes 1 parameters"),
    ("cosine(too: 1)", "schedule cosine has no parameter “too”"),
    ("cosine(to: low)", "schedule cosine"),
    ("cosin", "did you mean “cosine”?"),
    (")", "“)” is not expected here"), ("(3)", "“(3)” is not expected here"),
    ("warmup(100))", "“)” is not expected here"), ("warmup(100) cosine", "“cosine” is not expected here"),
    ("[warmup, cosine", "lacks a closing “]”"), ("{step: {factor: 0.5}", "lacks a closing “}”"),
    ("{step}", "is no key with a value"), ("step('3 epochs)", "lacks a closing quotation mark"),
    ("step(factor: 0.5, 3)", "a parameter without a name after one with a name"),
  ])
  func mistakesAreNamed(_ text: String, _ words: String) {
    #expect {
      try schedule(text)
    } throws: { error in
      "\(error)".contains(words)
    }
  }
}
