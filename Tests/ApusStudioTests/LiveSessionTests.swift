import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusStudio
import Testing

@Suite struct LiveSessionTests {
  private func small(_ change: (inout Lesson) -> Void = { _ in }) -> Lesson {
    var lesson = Lesson()
    lesson.data.points = 60
    lesson.epochs = 50
    change(&lesson)
    return lesson
  }

  /// The page's training is the library's: the same bits as a trainer's.
  @Test func trainsAsTheLibraryDoes() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    for _ in 0..<3 { playground.stepOnce(.epoch) }
    let plan = playground.plan
    var model = try plan.model()
    let settings = TrainingSettings(
      optimizer: .adam(plan.lesson.learningRate), epochs: 3, batch: 10,
      regularization: plan.settings.regularization,
      seed: 1)
    try model.fit(plan.training, validation: plan.validation, settings: settings)
    #expect(model.weights == playground.weights)
    #expect(playground.session.progress.epoch == 3)
  }

  /// Exported files run by the command come to the same weights.
  @Test(arguments: ["circle", "vanishing", "batch-norm", "dropout", "ravine", "units-20"])
  func theExportedRunComesToTheSameWeights(_ name: String) throws {
    var lesson = try #require(Preset.table.first { $0.name == name }).lesson()
    lesson.epochs = 4
    let playground = try PlaygroundSession(lesson, table: nil)
    let saved = try exportedRun(of: playground)
    #expect(saved.weights == playground.weights)
  }

  @Test func theYAMLReadsBack() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    let folder = try TemporaryFolder()
    let path = try folder.write("lesson.yaml", Export(playground).configuration.yaml())
    #expect(try RunConfiguration.load(yaml: path) == Export(playground).configuration)
  }

  @Test func rewindsToTheSameFirstWeights() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    let first = playground.weights
    playground.stepOnce(.epoch)
    #expect(playground.weights != first)
    try playground.rewind()
    #expect(playground.weights == first)
    #expect(playground.session.progress.step == 0)
  }

  /// Going back and on again comes to the same bits.
  @Test func scrubsBackAndGoesOn() throws {
    let playground = try PlaygroundSession(small { $0.layers[0].dropout = 0.2 }, table: nil)
    for _ in 0..<10 { playground.stepOnce(.batch) }
    let there = playground.weights
    try playground.scrub(to: 4)
    #expect(playground.session.progress.step == 4)
    for _ in 0..<6 { playground.stepOnce(.batch) }
    #expect(playground.weights == there)
  }

  @Test func snapshotsAreBounded() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.play(true)
    while playground.isPlaying { _ = playground.trainForAWhile() }
    for _ in 0..<300 {
      try playground.scrub(to: 0)
      playground.stepOnce(.batch)
    }
    #expect(playground.snapshots.items.count <= Snapshots.most)
    #expect(playground.snapshots.steps.first == 0)
    #expect(playground.snapshots.steps == playground.snapshots.steps.sorted())
  }

  @Test func curvesAreBoundedAndInOrder() {
    var curve = Curve()
    for step in 0..<100_000 { curve.append(CurvePoint(step: step, epoch: Double(step), loss: 1)) }
    #expect(curve.points.count <= Curve.most + 1 && curve.points.count > 100)
    #expect(curve.points.first?.step == 0 && curve.points.last?.step == 99_999)
    #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.step < $1.step })
    curve.append(CurvePoint(step: 50, epoch: 50, loss: 1))
    #expect(curve.points.last?.step == 50)
  }

  @Test func theRateChangesWithoutANewSession() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.stepOnce(.batch)
    let session = playground.session
    var lesson = playground.lesson
    lesson.learningRate = 0.001
    try playground.take(lesson)
    #expect(playground.session === session)
    #expect(playground.session.currentRate == 0.001)
    #expect(playground.deviation != nil)
  }

  @Test func weightsStayWhereTheirUnitsDo() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.stepOnce(.epoch)
    let old = playground.session.snapshot()
    var lesson = playground.lesson
    lesson.layers[0].units = 5
    lesson.layers[0].batchNorm = true
    lesson.inputs = ["x2", "x1", "x1^2"]
    try playground.take(lesson)
    let new = playground.session.snapshot()
    let (before, after) = (try #require(old["0.weight"]), try #require(new["0.weight"]))
    // x2 comes first now; of five units the first four are the old ones.
    #expect(Array(after[0..<4]) == Array(before[4..<8]) && Array(after[5..<9]) == Array(before[0..<4]))
    #expect(playground.session.progress.step == 0)
    let (outputBefore, outputAfter) = (try #require(old["4.weight"]), try #require(new["5.weight"]))
    #expect(outputBefore == outputAfter)
  }

  /// The optimizer's memory and the step go on where only a penalty changes.
  @Test func penaltiesChangeOnTheWay() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.stepOnce(.epoch)
    let weights = playground.weights
    var lesson = playground.lesson
    lesson.l2 = 0.1
    try playground.take(lesson)
    #expect(playground.session.progress.epoch == 1)
    #expect(playground.weights == weights)
    #expect(playground.session.settings.regularization.l2 == 0.1)
  }

  @Test func anotherSeedDrawsAnew() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.stepOnce(.epoch)
    var lesson = playground.lesson
    lesson.seed = 9
    try playground.take(lesson)
    #expect(
      playground.weights
        == (try playground.plan.model()).weights)
  }

  @Test func aWeightByHand() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    try playground.set("0.weight", 3, to: 2.5)
    #expect(playground.session.snapshot()["0.weight"]?[3] == 2.5)
    #expect(throws: ApusError.self) { try playground.set("0.weight", 99, to: 1) }
    #expect(throws: ApusError.self) { try playground.set("0.weight", -1, to: 1) }
    #expect(throws: ApusError.self) { try playground.set("9.weight", 0, to: 1) }
    #expect(throws: ApusError.self) { try playground.set("0.weight", 0, to: .infinity) }
  }

  @Test func divergencePausesAndOffersAState() throws {
    let preset = try #require(Preset.table.first { $0.name == "rate" })
    let playground = try PlaygroundSession(preset.lesson(), table: nil)
    playground.play(true)
    for _ in 0..<10_000 where playground.isPlaying { _ = playground.trainForAWhile() }
    let divergence = try #require(playground.divergence)
    #expect(!playground.isPlaying)
    #expect(divergence.error.problem.contains("step"))
    let place = try #require(divergence.error.place)
    #expect(["layer 1", "layer 2", "output"].contains { place.hasPrefix($0) }, "\(place)")
    // There is no going on from there.
    let step = playground.session.progress.step
    playground.play(true)
    playground.stepOnce(.batch)
    #expect(!playground.isPlaying && playground.session.progress.step == step && playground.divergence != nil)
    // Another rate goes back to the good state by itself.
    var lesson = playground.lesson
    lesson.learningRate = 0.03
    try playground.take(lesson)
    #expect(playground.divergence == nil && playground.session.progress.step == divergence.good)
    for _ in 0..<20 { playground.stepOnce(.epoch) }
    #expect(playground.divergence == nil)
  }

  /// What the lessons say is so.
  @Test func theLessonsHold() throws {
    func mistakes(_ name: String, epochs: Int, _ change: (inout Lesson) -> Void = { _ in }) throws -> Double {
      var lesson = try #require(Preset.table.first { $0.name == name }).lesson()
      lesson.epochs = epochs
      change(&lesson)
      let playground = try PlaygroundSession(lesson, table: nil)
      playground.play(true)
      while playground.isPlaying { _ = playground.trainForAWhile() }
      #expect(playground.divergence == nil)
      let metrics = try playground.session.evaluate(playground.plan.training)
      return 1 - (try #require(metrics.first { $0.name == "accuracy" })).value
    }
    #expect(try mistakes("circle", epochs: 100) < 0.03)
    #expect(try mistakes("xor-line", epochs: 200) > 0.2)
    #expect(try mistakes("xor-line", epochs: 200) { $0.inputs.append("x1*x2") } < 0.02)
    #expect(try mistakes("xor", epochs: 200) < 0.02)
    #expect(try mistakes("vanishing", epochs: 100) > 0.3)
    #expect(
      try mistakes("vanishing", epochs: 300) {
        for i in $0.layers.indices { $0.layers[i].activation = .string("tanh") }
      } < 0.05)
    #expect(try mistakes("zeros", epochs: 100) > 0.3)
    #expect(try mistakes("units-20", epochs: 60) < 0.03)
  }

  /// What a table is about: a name, else the last column, as for `apus train`; classes where that can't be drawn; seen over
  /// columns of many numbers.
  @Test(arguments: [
    ("id,survived,rank,age,fare,port", "survived", "because of its name", "age", "fare"),
    ("id,kind,rank,age,fare,weight", "weight", "as the last column", "age", "fare"),
    ("id,alive,rank,age,fare,port", "port", "as the last column", "age", "fare"),
    ("id,alive,rank,age,fare,remark", "alive", "as a column of classes", "age", "fare"),
  ])
  func whatATableIsAbout(_ header: String, _ target: String, _ why: String, _ x: String, _ y: String) throws {
    func last(_ row: Int) -> String {
      header.hasSuffix("port")
        ? ["S", "C", "Q"][row % 3] : header.hasSuffix("remark") ? "remark \(row)" : "\(row * row % 37)"
    }
    let rows = (0..<60).map {
      "\($0),\($0 % 2 == 0 ? "yes" : "no"),\($0 % 3),\($0 * 7 % 41),\($0 * $0 % 53),\(last($0))"
    }
    let table = try Table.parse(
      Array(([header] + rows).joined(separator: "\n").utf8), name: "mine.csv")
    let guess = try TableGuess(table)
    #expect((guess.columns.target, guess.why) == (target, why))
    #expect((guess.columns.x, guess.columns.y, guess.columns.all) == (x, y, false))
  }

  /// Slow is slow from the first step, however many were taken at a time before.
  @Test func aSlowerSpeedIsSlowAtOnce() throws {
    let playground = try PlaygroundSession(small(), table: nil)
    playground.play(true)
    for _ in 0..<50 { _ = playground.trainForAWhile() }
    try playground.rewind()
    playground.setSpeed(2)
    playground.play(true)
    #expect(playground.trainForAWhile() == nil)
    #expect(playground.session.progress.step == 1)
    #expect(playground.trainForAWhile() != nil)
    #expect(playground.session.progress.step == 1)
  }

  @Test func rowsLeftOutAreCounted() async throws {
    let live = try LiveSession(small())
    defer { live.close() }
    let text =
      "a,b,kind\n"
      + (0..<40).map { "\($0 % 10 == 3 ? "" : "\($0)"),\($0 * $0 % 17),\($0 % 2 == 0 ? "in" : "out")" }
      .joined(separator: "\n")
    let answer = try await live.open(table: text, name: "mine.csv")
    #expect(answer["leftOut"]?.intValue == 4)
    // The lesson that waited for its table, and a table that is not its own.
    var lesson = try Lesson(json: #require(answer["lesson"]))
    lesson.layers = [LessonLayer(units: 7)]
    lesson.data.columns = LessonColumns(x: "b", y: "a", target: "kind")
    let again = try await live.open(table: text, name: "mine.csv", lesson: lesson)
    #expect(again["lesson"] == (try lesson.json))
    await #expect(throws: ApusError.self) {
      try await live.open(table: "c,d,e\n1,2,x\n3,1,y\n2,2,x\n5,1,y\n", name: "x", lesson: lesson)
    }
  }

  /// Of a network of zeros a unit with one other weight learns, and the others stay as they are.
  @Test func oneWeightWakesOneUnit() throws {
    var lesson = try #require(Preset.table.first { $0.name == "zeros" }).lesson()
    lesson.epochs = 100
    let playground = try PlaygroundSession(lesson, table: nil)
    try playground.set("0.weight", 0, to: 0.5)
    playground.play(true)
    while playground.isPlaying { _ = playground.trainForAWhile() }
    let weights = try #require(playground.session.snapshot()["2.weight"])
    // [units, outputs]
    let outputs = weights.count / 4
    #expect(
      weights[..<outputs].allSatisfy { $0 != 0 } && weights[outputs...].allSatisfy { $0 == 0 }, "\(weights)")
    let metrics = try playground.session.evaluate(playground.plan.training)
    #expect(try #require(metrics.first { $0.name == "accuracy" }).value > 0.9)
  }

  @Test func aTableOfOnesOwn() async throws {
    let live = try LiveSession(small())
    defer { live.close() }
    let text =
      "<b>a</b>,b,c,kind\n"
      + (0..<40).map { "\($0 * 7 % 41),\($0 * $0 % 17),\(-$0),\($0 < 20 ? "<i>" : "\"\"x")" }.joined(
        separator: "\n")
    let answer = try await live.open(table: text, name: "mine.csv")
    #expect(answer["lesson"]?["data"]?["columns"]?["x"]?.stringValue == "<b>a</b>")
    #expect(answer["lesson"]?["data"]?["columns"]?["target"]?.stringValue == "kind")
    await #expect(throws: ApusError.self) { try await live.open(table: "a,b\n1,2\n", name: "x") }
    await #expect(throws: ApusError.self) { try await live.open(table: "", name: "x") }
    // What was refused left the lesson as it was.
    let shown = try await live.obey(.object([JSONMember("do", .string("show"))]))
    #expect(shown["lesson"] == answer["lesson"])
  }

  /// Frames come to a reader, the plan first, and a second reader ends the first one's.
  @Test func framesReachTheReader() async throws {
    let live = try LiveSession(small())
    defer { live.close() }
    let reader = live.latest.join()
    _ = try await live.obey(.object([JSONMember("do", .string("show"))]))
    var kinds: [String] = []
    while kinds.last != "picture", let frames = await live.latest.next(reader) {
      kinds += try frames.map { try header($0)["kind"]?.stringValue ?? "" }
    }
    #expect(kinds.first == "plan" && kinds.last == "picture")
    let second = live.latest.join()
    #expect(await live.latest.next(reader) == nil)
    live.latest.leave(second)
    #expect(!live.latest.hasReader)
  }

  private func header(_ frame: [UInt8]) throws -> JSONValue {
    let length = frame[4..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return try StrictJSON.parse(Array(frame[8..<(8 + length)]))
  }
}

extension PlaygroundSession {
  /// Of now.
  var weights: [Float] { session.snapshot().weights }
}

extension Model {
  /// All parameters, in the order of their paths.
  var weights: [Float] { parameters.flatMap { self[$0.path] ?? [] } }
}
