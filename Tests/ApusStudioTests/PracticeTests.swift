import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusStudio
import Testing

@Suite struct PracticeTests {
  private func small(_ change: (inout Lesson) -> Void = { _ in }) -> Lesson {
    var lesson = Lesson()
    lesson.data.points = 60
    lesson.epochs = 50
    change(&lesson)
    return lesson
  }

  /// The page's training is the library's: the same bits as a trainer's.
  @Test func trainsAsTheLibraryDoes() throws {
    let trainee = try Trainee(small(), table: nil)
    for _ in 0..<3 { trainee.stepOnce(.epoch) }
    let plan = trainee.plan
    var model = try plan.model()
    let settings = TrainingSettings(
      optimizer: .adam(plan.lesson.rate), epochs: 3, batch: 10, regularization: plan.settings.regularization,
      seed: 1)
    try model.fit(plan.training, validation: plan.validation, settings: settings)
    #expect(model.weights == trainee.weights)
    #expect(trainee.session.progress.epoch == 3)
  }

  /// Exported files run by the command come to the same weights.
  @Test(arguments: ["circle", "vanishing", "batch-norm", "dropout", "ravine", "units-20"])
  func theExportedRunComesToTheSameWeights(_ name: String) throws {
    var lesson = try #require(Preset.table.first { $0.name == name }).lesson()
    lesson.epochs = 4
    let trainee = try Trainee(lesson, table: nil)
    let saved = try exportedRun(of: trainee)
    #expect(saved.weights == trainee.weights)
  }

  @Test func theYAMLReadsBack() throws {
    let trainee = try Trainee(small(), table: nil)
    let folder = try TemporaryFolder()
    let path = try folder.write("lesson.yaml", Export(trainee).configuration.yaml())
    #expect(try RunConfiguration.load(yaml: path) == Export(trainee).configuration)
  }

  @Test func rewindsToTheSameFirstWeights() throws {
    let trainee = try Trainee(small(), table: nil)
    let first = trainee.weights
    trainee.stepOnce(.epoch)
    #expect(trainee.weights != first)
    try trainee.rewind()
    #expect(trainee.weights == first)
    #expect(trainee.session.progress.step == 0)
  }

  /// Going back and on again comes to the same bits.
  @Test func scrubsBackAndGoesOn() throws {
    let trainee = try Trainee(small { $0.layers[0].dropout = 0.2 }, table: nil)
    for _ in 0..<10 { trainee.stepOnce(.batch) }
    let there = trainee.weights
    try trainee.scrub(to: 4)
    #expect(trainee.session.progress.step == 4)
    for _ in 0..<6 { trainee.stepOnce(.batch) }
    #expect(trainee.weights == there)
  }

  @Test func snapshotsAreBounded() throws {
    let trainee = try Trainee(small(), table: nil)
    trainee.play(true)
    while trainee.isPlaying { _ = trainee.trainForAWhile() }
    for _ in 0..<300 {
      try trainee.scrub(to: 0)
      trainee.stepOnce(.batch)
    }
    #expect(trainee.snapshots.items.count <= Snapshots.most)
    #expect(trainee.snapshots.steps.first == 0)
    #expect(trainee.snapshots.steps == trainee.snapshots.steps.sorted())
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
    let trainee = try Trainee(small(), table: nil)
    trainee.stepOnce(.batch)
    let session = trainee.session
    var lesson = trainee.lesson
    lesson.rate = 0.001
    try trainee.take(lesson)
    #expect(trainee.session === session)
    #expect(trainee.session.currentRate == 0.001)
    #expect(trainee.deviation != nil)
  }

  @Test func weightsStayWhereTheirUnitsDo() throws {
    let trainee = try Trainee(small(), table: nil)
    trainee.stepOnce(.epoch)
    let old = trainee.session.snapshot()
    var lesson = trainee.lesson
    lesson.layers[0].units = 5
    lesson.layers[0].batchNorm = true
    lesson.inputs = ["x2", "x1", "x1^2"]
    try trainee.take(lesson)
    let new = trainee.session.snapshot()
    let (before, after) = (try #require(old["0.weight"]), try #require(new["0.weight"]))
    // x2 comes first now; of five units the first four are the old ones.
    #expect(Array(after[0..<4]) == Array(before[4..<8]) && Array(after[5..<9]) == Array(before[0..<4]))
    #expect(trainee.session.progress.step == 0)
    let (outputBefore, outputAfter) = (try #require(old["4.weight"]), try #require(new["5.weight"]))
    #expect(outputBefore == outputAfter)
  }

  /// The optimizer's memory and the step go on where only a penalty changes.
  @Test func penaltiesChangeOnTheWay() throws {
    let trainee = try Trainee(small(), table: nil)
    trainee.stepOnce(.epoch)
    let weights = trainee.weights
    var lesson = trainee.lesson
    lesson.l2 = 0.1
    try trainee.take(lesson)
    #expect(trainee.session.progress.epoch == 1)
    #expect(trainee.weights == weights)
    #expect(trainee.session.settings.regularization.l2 == 0.1)
  }

  @Test func anotherSeedDrawsAnew() throws {
    let trainee = try Trainee(small(), table: nil)
    trainee.stepOnce(.epoch)
    var lesson = trainee.lesson
    lesson.seed = 9
    try trainee.take(lesson)
    #expect(
      trainee.weights
        == (try trainee.plan.model()).weights)
  }

  @Test func aWeightByHand() throws {
    let trainee = try Trainee(small(), table: nil)
    try trainee.set("0.weight", 3, to: 2.5)
    #expect(trainee.session.snapshot()["0.weight"]?[3] == 2.5)
    #expect(throws: ApusError.self) { try trainee.set("0.weight", 99, to: 1) }
    #expect(throws: ApusError.self) { try trainee.set("0.weight", -1, to: 1) }
    #expect(throws: ApusError.self) { try trainee.set("9.weight", 0, to: 1) }
    #expect(throws: ApusError.self) { try trainee.set("0.weight", 0, to: .infinity) }
  }

  @Test func divergencePausesAndOffersAState() throws {
    let preset = try #require(Preset.table.first { $0.name == "rate" })
    let trainee = try Trainee(preset.lesson(), table: nil)
    trainee.play(true)
    for _ in 0..<10_000 where trainee.isPlaying { _ = trainee.trainForAWhile() }
    let divergence = try #require(trainee.divergence)
    #expect(!trainee.isPlaying)
    #expect(divergence.error.problem.contains("step"))
    let place = try #require(divergence.error.place)
    #expect(["layer 1", "layer 2", "output"].contains { place.hasPrefix($0) }, "\(place)")
    // There is no going on from there.
    let step = trainee.session.progress.step
    trainee.play(true)
    trainee.stepOnce(.batch)
    #expect(!trainee.isPlaying && trainee.session.progress.step == step && trainee.divergence != nil)
    // Another rate goes back to the good state by itself.
    var lesson = trainee.lesson
    lesson.rate = 0.03
    try trainee.take(lesson)
    #expect(trainee.divergence == nil && trainee.session.progress.step == divergence.good)
    for _ in 0..<20 { trainee.stepOnce(.epoch) }
    #expect(trainee.divergence == nil)
  }

  /// What the lessons say is so.
  @Test func theLessonsHold() throws {
    func mistakes(_ name: String, epochs: Int, _ change: (inout Lesson) -> Void = { _ in }) throws -> Double {
      var lesson = try #require(Preset.table.first { $0.name == name }).lesson()
      lesson.epochs = epochs
      change(&lesson)
      let trainee = try Trainee(lesson, table: nil)
      trainee.play(true)
      while trainee.isPlaying { _ = trainee.trainForAWhile() }
      #expect(trainee.divergence == nil)
      let metrics = try trainee.session.evaluate(trainee.plan.training)
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

  /// What a table is about: a name, the only classes, the last column; seen over columns of many numbers.
  @Test(arguments: [
    ("id,survived,rank,age,fare,port", "survived", "because of its name", "age", "fare"),
    ("id,kind,rank,age,fare,weight", "kind", "as the only column of classes", "age", "fare"),
    ("id,alive,rank,age,fare,port", "port", "as the last column", "age", "fare"),
    ("id,alive,rank,age,fare,remark", "alive", "as the only column of classes", "age", "fare"),
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
    let trainee = try Trainee(small(), table: nil)
    trainee.play(true)
    for _ in 0..<50 { _ = trainee.trainForAWhile() }
    try trainee.rewind()
    trainee.setSpeed(2)
    trainee.play(true)
    #expect(trainee.trainForAWhile() == nil)
    #expect(trainee.session.progress.step == 1)
    #expect(trainee.trainForAWhile() != nil)
    #expect(trainee.session.progress.step == 1)
  }

  @Test func rowsLeftOutAreCounted() async throws {
    let practice = try Practice(small())
    defer { practice.close() }
    let text =
      "a,b,kind\n"
      + (0..<40).map { "\($0 % 10 == 3 ? "" : "\($0)"),\($0 * $0 % 17),\($0 % 2 == 0 ? "in" : "out")" }
      .joined(separator: "\n")
    let answer = try await practice.open(table: text, name: "mine.csv")
    #expect(answer["leftOut"]?.intValue == 4)
    // The lesson that waited for its table, and a table that is not its own.
    var lesson = try Lesson(json: #require(answer["lesson"]))
    lesson.layers = [LessonLayer(units: 7)]
    lesson.data.columns = LessonColumns(x: "b", y: "a", target: "kind")
    let again = try await practice.open(table: text, name: "mine.csv", lesson: lesson)
    #expect(again["lesson"] == (try lesson.json))
    await #expect(throws: ApusError.self) {
      try await practice.open(table: "c,d,e\n1,2,x\n3,1,y\n2,2,x\n5,1,y\n", name: "x", lesson: lesson)
    }
  }

  /// Of a network of zeros a unit with one other weight learns, and the others stay as they are.
  @Test func oneWeightWakesOneUnit() throws {
    var lesson = try #require(Preset.table.first { $0.name == "zeros" }).lesson()
    lesson.epochs = 100
    let trainee = try Trainee(lesson, table: nil)
    try trainee.set("0.weight", 0, to: 0.5)
    trainee.play(true)
    while trainee.isPlaying { _ = trainee.trainForAWhile() }
    let weights = try #require(trainee.session.snapshot()["2.weight"])
    // [units, outputs]
    let outputs = weights.count / 4
    #expect(
      weights[..<outputs].allSatisfy { $0 != 0 } && weights[outputs...].allSatisfy { $0 == 0 }, "\(weights)")
    let metrics = try trainee.session.evaluate(trainee.plan.training)
    #expect(try #require(metrics.first { $0.name == "accuracy" }).value > 0.9)
  }

  @Test func aTableOfOnesOwn() async throws {
    let practice = try Practice(small())
    defer { practice.close() }
    let text =
      "<b>a</b>,b,c,kind\n"
      + (0..<40).map { "\($0 * 7 % 41),\($0 * $0 % 17),\(-$0),\($0 < 20 ? "<i>" : "\"\"x")" }.joined(
        separator: "\n")
    let answer = try await practice.open(table: text, name: "mine.csv")
    #expect(answer["lesson"]?["data"]?["columns"]?["x"]?.stringValue == "<b>a</b>")
    #expect(answer["lesson"]?["data"]?["columns"]?["target"]?.stringValue == "kind")
    await #expect(throws: ApusError.self) { try await practice.open(table: "a,b\n1,2\n", name: "x") }
    await #expect(throws: ApusError.self) { try await practice.open(table: "", name: "x") }
    // What was refused left the lesson as it was.
    let shown = try await practice.obey(.object([JSONMember("do", .string("show"))]))
    #expect(shown["lesson"] == answer["lesson"])
  }

  /// Frames come to a reader, the plan first, and a second reader ends the first one's.
  @Test func framesReachTheReader() async throws {
    let practice = try Practice(small())
    defer { practice.close() }
    let reader = practice.box.join()
    _ = try await practice.obey(.object([JSONMember("do", .string("show"))]))
    var kinds: [String] = []
    while kinds.last != "picture", let frames = await practice.box.next(reader) {
      kinds += try frames.map { try header($0)["kind"]?.stringValue ?? "" }
    }
    #expect(kinds.first == "plan" && kinds.last == "picture")
    let second = practice.box.join()
    #expect(await practice.box.next(reader) == nil)
    practice.box.leave(second)
    #expect(!practice.box.hasReader)
  }

  private func header(_ frame: [UInt8]) throws -> JSONValue {
    let length = frame[4..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return try StrictJSON.parse(Array(frame[8..<(8 + length)]))
  }
}

extension Trainee {
  /// Of now.
  var weights: [Float] { session.snapshot().weights }
}

extension Model {
  /// All parameters, in the order of their paths.
  var weights: [Float] { parameters.flatMap { self[$0.path] ?? [] } }
}
