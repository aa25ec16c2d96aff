import Apus
import Testing

/// What the doctor says of data and models that people bring.
@Suite struct JudgmentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func findings(_ yaml: String) throws -> [String: Finding] {
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", yaml))
    return Dictionary(Doctor.examine(try ExaminedModel(configuration)).map { ($0.name, $0) }) { $1 }
  }

  private static let random = Philox(seed: 11, path: "judgment")

  private static func normal(_ row: Int, _ place: Int) -> Double {
    random.normal(UInt64(8 * row + place))
  }

  // MARK: Chance

  /// Labels that have nothing to do with the inputs: guessing each one's majority is as good.
  @Test func shuffledLabelsAreNoBetterThanGuessing() throws {
    let rows = (0..<300).map { row in
      "\(Self.normal(row, 0)),\(Self.normal(row, 1)),\(Self.normal(row, 2) > 0.8 ? 1 : 0),\(Self.normal(row, 3) > 0 ? 1 : 0)"
    }
    try folder.write("l.csv", "a,b,one,two\n" + rows.joined(separator: "\n") + "\n")
    let found = try findings(
      "data: {source: \(folder.path)/l.csv, targets: [one, two]}\nmodel: {hidden: [8]}\ntraining: {epochs: 30}"
    )
    let start = try #require(found["initial loss"])
    #expect(start.result.expected.hasPrefix("0.693 = ln 2 an output"), "\(start.result.expected)")
    let honest = try #require(found["result ± error"])
    #expect(honest.level == .bad && !honest.result.expected.hasPrefix("above 0,"))
    #expect(!honest.result.expected.hasSuffix("above 0"), "\(honest.result.expected)")
  }

  @Test func chanceOfTexts() throws {
    // Of every two characters one is an a.
    let text = String((0..<600).flatMap { ["a", Character(UnicodeScalar(UInt8(98 + $0 * 7 % 20)))] })
    let found = try findings(
      """
      data: {source: "\(folder.write("t.txt", text))", context: 8}
      model: {family: {gpt: {width: 8, heads: 2, layers: 1}}}
      training: {epochs: 1, batch: 8}
      """)
    let honest = try #require(found["result ± error"])
    #expect(honest.result.expected.hasPrefix("above 0.5"), "\(honest.result.expected)")
  }

  // MARK: Imbalance

  /// 97 of 100 rows are "no", and no model is sure of a "yes": the scores rank them all the same.
  @Test func rareClassesAreJudgedByTheirRanking() throws {
    let rows = (0..<4000).map { row in
      "\(Self.normal(row, 0)),\(1.1 * Self.normal(row, 0) + Self.normal(row, 1) > 2.9 ? "yes" : "no")"
    }
    try folder.write("r.csv", "a,y\n" + rows.joined(separator: "\n") + "\n")
    let found = try findings(
      "data: {source: \(folder.path)/r.csv}\nmodel: {hidden: [8]}\ntraining: {epochs: 20}")
    #expect(found["class balance"]?.level == .look)
    #expect(found["class balance"]?.result.fix?.contains("--class-weights balanced") == true)
    for name in ["result ± error", "gap to validation"] {
      #expect(found[name]?.level == .ok, "\(found[name]!.result.figure)")
    }
  }

  /// Of ten rows an area of one half and a bit says nothing, and no two that contradict make its error no less.
  @Test func rankingOfFewRowsIsNoResult() throws {
    let rows = (0..<40).map { row in "\(Self.normal(row, 0)),\(Self.normal(row, 1)),c\(row % 4)" }
    try folder.write("f.csv", "a,b,y\n" + rows.joined(separator: "\n") + "\n")
    let honest = try #require(
      findings("data: {source: \(folder.path)/f.csv}\nmodel: {hidden: [8]}\ntraining: {epochs: 5}")[
        "result ± error"])
    #expect(!honest.result.figure.contains("ROC AUC") && honest.level != .ok, "\(honest.result.figure)")
  }

  // MARK: Losses and outputs

  @Test func lossesWithoutGradient() throws {
    let found = try findings(
      "data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 1, loss: zeroOne}")
    let flow = try #require(found["gradient flow"])
    #expect(flow.level == .bad && flow.result.figure.contains("the loss zeroOne has no gradient"))
    #expect(flow.result.fix?.contains("another loss") == true)
  }

  /// A sigmoid that is sure, and right, is at its end: nothing is wrong with it.
  @Test func outputsMayBeSure() throws {
    let rows = (0..<120).map { "\($0 % 2 == 0 ? 1 : -1),\($0 % 2)" }
    try folder.write("s.csv", "a,y\n" + rows.joined(separator: "\n") + "\n")
    let found = try findings(
      """
      data: {source: \(folder.path)/s.csv}
      model: {layers: [{dense: 4}, tanh, {dense: 1}, sigmoid]}
      training: {epochs: 200, batch: 8, optimizer: adam, learningRate: 0.1, loss: halfSquaredError, l2: 0}
      """)
    let result = try #require(found["dead, saturated"]?.result)
    #expect(!result.figure.contains("layer 3"), "\(result.figure)")
  }

  @Test func startLossesThatBite() throws {
    for (layer, level) in [
      ("{dense: 3}", Finding.Level.ok), ("{dense: {units: 3, initializer: {normal: 3}}}", .look),
    ] {
      let found = try findings(
        "data: {source: iris}\nmodel: {layers: [{dense: 32}, relu, \(layer)]}\ntraining: {epochs: 1, batch: 16}"
      )
      let start = try #require(found["initial loss"])
      #expect(start.level >= level && (level == .ok) == (start.level == .ok), "\(start.result)")
    }
  }

  // MARK: Rows

  @Test func mostlySharedRowsAreBad() throws {
    // Few different rows by nature: those judged are nearly all among those trained on.
    let rows = (0..<400).map { "\($0 % 3),\($0 % 4),\($0 % 2 == 0 ? "a" : "b")" }
    try folder.write("c.csv", "p,q,y\n" + rows.joined(separator: "\n") + "\n")
    let found = try findings(
      "data: {source: \(folder.path)/c.csv}\nmodel: {hidden: [4]}\ntraining: {epochs: 1}")
    #expect(found["shared rows"]?.level == .bad)
  }

  @Test func batchesOfOneRow() throws {
    func finding(_ batch: Int) throws -> Finding? {
      try findings(
        "data: {source: iris}\nmodel: {layers: [{dense: 4}, batchNorm, relu, {dense: 3}]}\n"
          + "training: {epochs: 1, batch: \(batch)}")["batch norm rows"]
    }
    // 105 rows for training.
    #expect(try finding(1)?.level == .bad && finding(8)?.level == .look && finding(10)?.level == .ok)
    #expect(try findings("data: {source: iris}\ntraining: {epochs: 1}")["batch norm rows"] == nil)
  }

  // MARK: Columns

  @Test func codesAndOutliersAreNamed() throws {
    let rows = (0..<200).map { row -> String in
      let a = row % 8 == 0 ? "-200" : "\(Self.normal(row, 0))"
      let b = row == 7 ? "1e9" : "\(Self.normal(row, 1))"
      let y = row % 10 == 3 ? "-200" : "\(Self.normal(row, 2))"
      return "\(a),\(b),\(Self.normal(row, 3)),\(y)"
    }
    try folder.write("f.csv", "a,b,c,y\n" + rows.joined(separator: "\n") + "\n")
    let found = try findings(
      "data: {source: \(folder.path)/f.csv}\nmodel: {hidden: [4]}\ntraining: {epochs: 1}")
    let far = try #require(found["far-off values"])
    #expect(far.level == .bad)
    #expect(far.result.figure.contains("-200 in 25 rows of a"), "\(far.result.figure)")
    #expect(far.result.figure.contains("-200 in 20 rows of y (the target)"))
    #expect(far.result.figure.contains("1 cell of b, up to 1000000000"), "\(far.result.figure)")
    #expect(!far.result.figure.contains(" of c"))
  }

  /// Numbers as they are by nature.
  @Test func tails() throws {
    let few = (0..<200).map { Double([3, 4, 5, 6, 8][$0 % 5]) }
    #expect(try #require(ColumnTails(few)).codes.isEmpty)
    let skewed = (0..<300).map { Mathematics.exp(1.5 * Self.normal($0, 0)) }
    let reading = try #require(ColumnTails(skewed))
    #expect(reading.codes.isEmpty && reading.farCount == 0)
    let counts = (0..<300).map { Double(max(0, Int(20 * Self.normal($0, 1)))) }
    #expect(try #require(ColumnTails(counts)).codes.isEmpty)
    let coded = (0..<300).map { $0 % 20 == 0 ? 999 : 40 + 10 * Self.normal($0, 2) }
    #expect(try #require(ColumnTails(coded)).codes.map(\.value) == [999])
    #expect(ColumnTails([1, 2, 3]) == nil)
  }

  /// Among many columns copies are found too, the opposite ones as well.
  @Test func copiesAmongManyColumns() throws {
    let rows = 80
    var columns = (0..<800).map { column in
      (0..<rows).map { Philox(seed: UInt64(column), path: "many").normal(UInt64($0)) }
    }
    columns[700] = columns[12].map { 3 * $0 + 1 }
    columns[301] = columns[300].map { -$0 }
    columns[5][3] = .nan
    columns[400] = [Double](repeating: 2, count: rows)
    let table = try Table(
      name: "many",
      columns: columns.enumerated().map { Table.Column("c\($0)", numbers: $1) }
        + [Table.Column("y", numbers: columns[0].map { $0 * $0 })])
    let copies = try ColumnSurvey(table, target: "y", task: .regression).copies
    #expect(copies.map { "\($0.first) \($0.second)" } == ["c12 c700", "c300 c301"])
  }

  /// A model to go on from knows something already, as it should.
  @Test func trainedWeightsAreNoFinding() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 30
    let result = try RunPlan(configuration, folder: folder.path("first")).run()
    configuration.model.from = result.modelFile
    configuration.training.epochs = 2
    let found = Doctor.examine(try ExaminedModel(configuration)).first { $0.name == "initial loss" }
    #expect(found?.level == .ok && found?.result.value ?? 1 < 0.25)
  }

  @Test func saysWhatItLooksAt() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 1
    var names: [String] = []
    let findings = Doctor.examine(try ExaminedModel(configuration)) { names.append($0) }
    #expect(Set(findings.map(\.name)).isSubset(of: Set(names)) && names.first == "constant columns")
  }
}
