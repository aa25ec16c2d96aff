import Apus
import Testing

/// Settings that contradict each other, or the data, are refused or said: never is one of them ignored.
@Suite struct ContradictionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("t.csv", Samples.csv(90))
    try folder.write("c.txt", String(repeating: "To be, or not to be. ", count: 60))
  }

  private func run(_ data: String, model: String = "hidden: [4]", _ training: String) throws -> RunPlan {
    let text = "data: {\(data)}\nmodel: {\(model)}\ntraining: {\(training)}\n"
      .replacing("DIR", with: folder.path)
    return try RunPlan(
      RunConfiguration.load(yaml: folder.write("x.yaml", text)), folder: folder.path("run"))
  }

  private static let table = "source: DIR/t.csv"

  @Test(arguments: [
    // The target is left out, named or the last column, as one of several or by its number.
    ("\(table), target: price, leaveOut: [price]", "", "column 4 \"price\" is left out, and is the target"),
    ("\(table), leaveOut: [a, price]", "", "name another target with --target"),
    ("\(table), target: kind, leaveOut: ['3']", "", "column 3 \"kind\" is left out"),
    ("source: iris, leaveOut: [species]", "", "is left out, and is the target"),
    // Settings of generated sets, of tables, of texts.
    ("\(table), rows: 100", "", "a number of rows is given, and the data isn't generated"),
    ("\(table), noise: 0.1", "", "noise is given, and the data isn't generated"),
    ("source: iris, rows: 10", "", "xor, moons, circles, blobs, spirals"),
    ("source: digits, noise: 1", "", "isn't generated"),
    ("source: digits, header: true", "", "data.header is given, and the data isn't delimited text"),
    ("source: iris, delimiter: ';'", "", "data.delimiter is given, and the data isn't delimited"),
    ("source: moons, decimalMark: ','", "", "data.decimalMark"),
    ("source: digits, leaveOut: [a]", "", "data.leaveOut"),
    ("\(table), context: 8", "", "the context is for texts"),
    ("\(table), targets: [a, b], labelSeparator: ';'", "", "a separator of labels"),
    ("\(table), target: a, targets: [a, b]", "", "data.targets is given too"),
    ("\(table), test: 0.2, testData: DIR/t.csv", "", "data.testData is given too"),
    // Nothing to judge by.
    ("source: xor", "earlyStopping: 3", "training.earlyStopping: early stopping looks at validation rows"),
    ("\(table), validation: 0", "earlyStopping: 3", "--validation 0.1"),
    ("source: xor", "keep: best", "training.keep: the best epoch is found by validation rows"),
    // Longer than the run.
    (table, "epochs: 2, ensemble: {snapshots: 5}", "5 snapshots in a training of 2 epochs"),
    (table, "epochs: 2, ensemble: {checkpoints: 3}", "the mean of 3 epochs in a training of 2"),
    (table, "epochs: 9, keep: last, ensemble: {checkpoints: 3}", "checkpoints says which weights are kept"),
    (table, "epochs: 9, earlyStopping: 2, ensemble: {snapshots: 3}", "early stopping may end the training"),
    (table, "epochs: 2, augment: [{shift: 1}]", "augmentations of samples of the shape"),
    ("\(table), target: kind, labelSeparator: ';'", "", "no cell of the target holds “;”"),
    (table, "epochs: 2, steps: 7", "training.steps is given too"),
  ])
  func refused(_ data: String, _ training: String, _ problem: String) throws {
    let text = message { _ = try run(data, training) }
    #expect(text.contains(problem), "\(text)")
    #expect(text.contains("("), "a fix: \(text)")
    #expect(try folder.names() == ["c.txt", "t.csv", "x.yaml"])
  }

  @Test(arguments: [
    ("hidden: [], dropout: 0.2", "model.dropout: there are no hidden layers"),
    ("hidden: [], activation: tanh", "model.activation: there are no hidden layers"),
    ("family: {mlp: {dropout: 0.3}}, dropout: 0.1", "model.dropout: dropout is given twice"),
  ])
  func partsOfNoLayer(_ model: String, _ problem: String) {
    #expect(message { _ = try run(Self.table, model: model, "epochs: 1") }.contains(problem))
  }

  /// λ is said once; the resolved configuration, which says it twice alike, reruns.
  @Test func aLambdaOfItsOwn() throws {
    let model = "family: {ridge: {lambda: 5}}"
    #expect(message { _ = try self.run(Self.table, model: model, "l2: 0.3") }.contains("training.l2: λ"))
    let plan = try self.run(Self.table, model: model, "epochs: 1")
    #expect(plan.configuration.training.l2 != nil)
    _ = try plan.run()
    _ = try RunPlan(plan.configuration, folder: folder.path("again")).run()
  }

  @Test func partsOfNoRows() throws {
    let plan = try self.run("\(Self.table), test: 0.001", "epochs: 1")
    #expect(plan.notes.contains { $0.contains("0.001 of 90 rows for test is not a single row") })
  }

  /// The pocket of a perceptron needs no validation rows to stop early.
  @Test func aPocketStopsEarly() throws {
    let plan = try run("source: xor", model: "family: perceptron", "earlyStopping: 3")
    let result = try plan.run()
    #expect(result.stopReason?.hasPrefix("no fewer mistakes for 3 epochs") == true)
    #expect(result.history.kept?.rule == .pocket)
  }

  @Test(arguments: [
    ("epochs: 2, batch: 16, schedule: {warmup: {over: 1000}}", "the warm-up takes 1000 steps, the run has 8"),
    (
      "epochs: 2, batch: 16, schedule: [{warmup: {over: 8}}, cosine]",
      "cosine begins after 8 steps, and the run has 8"
    ),
    ("epochs: 2, batch: 16, schedule: {step: {every: 2 epochs}}", "its first step down comes after 8 steps"),
    ("epochs: 2, batch: 16, schedule: [constant, cosine]", "constant never ends, and cosine never begins"),
    ("epochs: 2, batch: 1000", "a batch of 1000 holds all 63 training rows"),
    ("epochs: 2, batch: 16, accumulate: 50", "50 batches of 16 are more than the 63 training rows"),
  ])
  func said(_ training: String, _ note: String) throws {
    let plan = try run(Self.table, training)
    #expect(plan.notes.contains { $0.contains(note) }, "\(plan.notes)")
  }

  @Test func whatFitsIsNotMentioned() throws {
    let plan = try run(
      Self.table,
      "epochs: 3, batch: 16, accumulate: 2, schedule: [{warmup: {over: 2}}, cosine], ensemble: {checkpoints: 3}"
    )
    #expect(!plan.notes.contains { $0.contains("schedule") || $0.contains("batch") }, "\(plan.notes)")
  }
}
