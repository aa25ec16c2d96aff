import ApusCore
import ApusData
import Testing

/// Several independent labels: columns of them, or lists in cells.
@Suite struct LabelTests {
  /// Forty rows with the labels red, round and big in all combinations but one.
  private static func cells(_ row: Int) -> (red: Bool, round: Bool, big: Bool) {
    (row % 2 == 0, row % 3 == 0, row % 5 < 2)
  }

  private func columns(_ yes: String = "1", _ no: String = "0", rows: Int = 40) -> String {
    "x,red,round,big\n"
      + (0..<rows).map { row in
        let cells = Self.cells(row)
        return "\(row * 7 % 41),"
          + [cells.red, cells.round, cells.big].map { $0 ? yes : no }.joined(separator: ",")
      }.joined(separator: "\n")
  }

  private func lists(_ separator: String, rows: Int = 40) -> String {
    "x,tags\n"
      + (0..<rows).map { row in
        let cells = Self.cells(row)
        let tags = [cells.red ? "red" : nil, cells.round ? "round" : nil, cells.big ? "big" : nil]
        return "\(row * 7 % 41),\(tags.compactMap { $0 }.joined(separator: separator))"
      }.joined(separator: "\n")
  }

  private func indicators(_ task: TableTask) throws -> [Float] {
    try task.fit(task.unsplit().training).apply(to: task.table).dataset.values
  }

  private var expected: [Float] {
    (0..<40).flatMap { row -> [Float] in
      let cells = Self.cells(row)
      return [cells.red ? 1 : 0, cells.round ? 1 : 0, cells.big ? 1 : 0]
    }
  }

  @Test(arguments: [("1", "0"), ("yes", "no"), ("true", "false")])
  func aColumnForEach(yes: String, no: String) throws {
    let task = try TableTask(
      parse(columns(yes, no)), labels: LabelRequest(columns: ["red", "round", "big"]))
    #expect(task.target.task == .multiLabel && task.target.whyTask.contains("3 columns"))
    #expect(task.target.labels == LabelEncoding(names: ["red", "round", "big"], numbers: [2, 3, 4]))
    #expect(try indicators(task) == expected)
    let all = try task.fit(task.unsplit().training)
    let preprocessing = all.preprocessing
    #expect(all.targets == TargetEncoding(.labels(names: ["red", "round", "big"])))
    #expect(preprocessing.featureNames == ["x"])
    // Through the model file, and without the targets.
    let text = try InputSchema.table(preprocessing).jsonText()
    #expect(try InputSchema(jsonText: text, name: "inputs") == .table(preprocessing))
    #expect(try all.apply(to: parse("x\n1\n2")).hasTarget == false)
    // Without names, by number; new rows come without those columns.
    let bare = columns(yes, no).split(separator: "\n").dropFirst().joined(separator: "\n")
    let numbered = try TableTask(parse(bare), labels: LabelRequest(columns: ["2", "3", "4"]))
    let fitted = try numbered.fit(numbered.unsplit().training)
    #expect(try fitted.apply(to: parse("5\n7\n9")).dataset.features.count == 3)
  }

  /// Found out where it is a bar or a semicolon, and said; alphabetical, whatever the rows' order.
  @Test(arguments: ["|", ";", " | "])
  func listsAreFound(separator: String) throws {
    let table = try parse(lists(separator).replacing("tags", with: "target"))
    let task = try TableTask(table)
    #expect(task.target.task == .multiLabel)
    #expect(task.target.labels?.names == ["big", "red", "round"])
    #expect(task.target.whyTask.contains("for classes instead: --task classification"))
    let values = try indicators(task)
    #expect((0..<40).allSatisfy { values[$0 * 3 + 1] == expected[$0 * 3] })
    #expect(task.notes.contains { $0.contains("with an empty list of labels") })
    #expect(try TableTask(table, task: .classification).target.task == .classification)
  }

  @Test func otherSeparatorsAreGiven() throws {
    let table = try parse(lists("/"))
    #expect(try TableTask(table).target.task == .classification)
    let task = try TableTask(table, labels: LabelRequest(separator: "/"))
    #expect(task.target.labels?.names == ["big", "red", "round"])
    #expect(message { _ = try TableTask(table, task: .multiLabel) }.contains("is not clear"))
    #expect(
      message { _ = try TableTask(table, labels: LabelRequest(separator: "#"), task: .regression) } != "")
  }

  /// Ordinary text is never taken for lists.
  @Test func ordinaryTextIsNot() throws {
    for cells in [
      ["a|b", "c|d", "e|f"], ["red, round", "red", "round"], ["x;", "y;", ";z"], ["home|shoes", "home|hats"],
    ] {
      let csv = "x,y\n" + (0..<60).map { "\($0),\"\(cells[$0 % cells.count])\"" }.joined(separator: "\n")
      #expect(try TableTask(parse(csv)).target.task == .classification, "\(cells)")
    }
  }

  @Test func mistakes() throws {
    let table = try parse(columns())
    func problem(_ columns: [String], target: String? = nil, task: LearningTask? = nil) -> String {
      message { _ = try TableTask(table, target: target, labels: LabelRequest(columns: columns), task: task) }
    }
    #expect(problem(["red", "rond"]).contains("did you mean \"round\""))
    #expect(problem(["red", "red"]).contains("named twice"))
    #expect(problem(["x", "red"], task: .multiLabel).contains("row 2, column 1 \"x\""))
    #expect(problem(["x", "red"], task: .multiLabel).contains("1 or 0, yes or no"))
    #expect(problem(["red", "big"], target: "round").contains("several targets are named, and one besides"))
    #expect(problem(["red", "big"], task: .classification).contains("name a single target for classes"))
  }

  /// A row with an unknown label is left out; a label that is new in other data is named with its row.
  @Test func unknownLabels() throws {
    let gap = columns().replacing("0,1,1,1\n", with: "0,1,,1\n")
    let task = try TableTask(parse(gap), labels: LabelRequest(columns: ["red", "round", "big"]))
    #expect(task.rows.count == 39 && task.notes.contains { $0.hasPrefix("1 row without a target") })
    let listed = try TableTask(parse(lists("|")))
    let fitted = try listed.fit(listed.unsplit().training)
    let text = message { _ = try fitted.apply(to: parse("x,tags\n1,red|big\n2,red|tall\n")) }
    #expect(text.contains("the label \"tall\" does not occur in training") && text.contains("row 2"))
  }

  /// A label without a training row is noted with its row, whatever the split; an error would hang on the seed.
  @Test func aLabelOutsideTraining() throws {
    let table = try parse(
      columns(rows: 40).replacing("round", with: "odd").replacing(",big", with: ",big,rare")
        .split(separator: "\n").enumerated().map { $0 == 0 ? String($1) : "\($1),\($0 == 8 ? 1 : 0)" }
        .joined(separator: "\n"))
    let task = try TableTask(table, labels: LabelRequest(columns: ["red", "rare"]))
    let split = try Split.explicit(training: Array(0..<7) + Array(8..<40), test: [7])
    let notes = try task.fit(split.training).notes
    #expect(
      notes.contains(
        "the label \"rare\" occurs in no training row, first in row 8: nothing can be learned of it"))
    #expect(try task.fit(task.unsplit().training).notes.isEmpty)
  }

  /// The frequent combinations are in each part in proportion.
  @Test func splitsKeepCombinations() throws {
    let csv =
      "x,a,b\n"
      + (0..<200).map { "\($0 % 97),\($0 % 10 == 0 ? 1 : 0),\($0 % 4 == 0 ? 1 : 0)" }
      .joined(separator: "\n")
    let task = try TableTask(parse(csv), labels: LabelRequest(columns: ["a", "b"]))
    for seed in 0..<5 {
      let split = try task.split(Split.Options(validation: 0.25, test: 0.25, seed: UInt64(seed)))
      // Both apply to ten of the rows: every twentieth.
      for part in [split.validation, split.test] {
        #expect((2...3).contains(part.count { $0 % 20 == 0 }), "\(part.count { $0 % 20 == 0 })")
        #expect(part.count == 50)
      }
    }
  }

  @Test func described() throws {
    let summary = try DataSummary(
      parse(columns()), labels: LabelRequest(columns: ["red", "round", "big"]))
    #expect(summary.classCounts.map(\.count) == [20, 14, 16])
    let text = summary.lines().joined(separator: "\n")
    #expect(text.contains("multi-label") && text.contains("50.0 %"))
  }

  @Test func indicatorsOfArrays() throws {
    let data = try TableDataset(
      features: [1, 2, 3, 4], inputShape: [2], indicators: [1, 0, 0, 0, 1, 1], labels: ["a", "b", "c"])
    #expect(data.targets == .labels(names: ["a", "b", "c"]) && data.targets.outputCount == 3)
    #expect(try data.batch([1]).arrays().values == [0, 1, 1])
    #expect(
      message {
        _ = try TableDataset(features: [1], inputShape: [1], indicators: [1, 0.5], labels: ["a", "b"])
      }.contains("0.5 for the label \"b\""))
  }
}
