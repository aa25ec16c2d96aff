import ApusCore
import ApusData
import Testing

/// Several columns as the target of a table: labels, numbers, and what is neither.
@Suite struct SeveralTargetColumnsTests {
  private func table(_ text: String) throws -> Table { try Table.parse(Array(text.utf8), name: "t.csv") }

  /// `x`, two quantities, two marks, a word, a constant.
  private func example() throws -> Table {
    let words = ["ash", "oak", "elm"]
    return try table(
      "x,weight,height,alive,wet,kind,flat\n"
        + (0..<30).map { row in
          "\(Double(row) * 1.5),\(Double(row * row) + 0.5),\(Double(row % 7) + 0.25),\(row % 2),"
            + "\(row % 3 == 0 ? "yes" : "no"),\(words[row % 3]),4"
        }.joined(separator: "\n"))
  }

  @Test func numbersOrLabels() throws {
    let numbers = try example().task(targets: ["weight", "height"])
    #expect(numbers.target.task == .regression && numbers.target.indices == [1, 2])
    #expect(numbers.target.whyColumn == "\"weight\", \"height\" are the targets, as asked")
    #expect(numbers.target.whyTask == "regression: 2 numbers for each row")
    #expect(!numbers.schema.inputs.contains(1) && !numbers.schema.inputs.contains(2))
    let labels = try example().task(targets: ["alive", "wet"])
    #expect(labels.target.task == .multiLabel && labels.target.indices == [3, 4])
    // 0 and 1 are numbers where that is asked for.
    let asked = try example().task(targets: ["weight", "alive"], task: .regression)
    #expect(asked.target.task == .regression)
    let both = try example().task(targets: ["alive", "wet"], task: .multiLabel)
    #expect(both.target.task == .multiLabel)
    let one = try example().task(targets: ["weight"])
    #expect(
      one.target.task == .regression && one.target.whyColumn.hasSuffix("\"weight\" is the target, as asked"))
  }

  @Test func whatIsNeither() throws {
    let table = try example()
    func problem(_ targets: [String], _ task: LearningTask? = nil) -> String {
      message { _ = try table.task(targets: targets, task: task) }
    }
    let mixed = problem(["weight", "alive", "wet"])
    #expect(mixed.contains("two kinds: labels (\"alive\", \"wet\") and numbers (\"weight\")"), "\(mixed)")
    #expect(mixed.contains("--task regression"))
    #expect(problem(["weight", "kind"]).contains("\"kind\" is one of several targets, and holds neither"))
    #expect(problem(["kind", "kind"]).contains("named twice"))
    #expect(problem(["weight", "flat"]).contains("the target is \"4\" in every row"))
    #expect(problem(["weight", "kind"], .regression).contains("\"ash\", which is no number"))
    #expect(problem(["weight", "height"], .classification).contains("name a single target for classes"))
    #expect(problem(["weight", "hight"]).contains("did you mean \"height\""))
    #expect(problem(["weight", "alive"], .multiLabel).contains("row 1, column 2 \"weight\""))
  }

  @Test func eachIsDescribed() throws {
    let summary = try DataSummary(example(), labels: LabelRequest(columns: ["weight", "height"]))
    #expect(Set(summary.targetAssociations.map(\.second)) == ["weight", "height"])
    let text = summary.lines().joined(separator: "\n")
    #expect(text.contains("what goes with \"weight\" (r:") && text.contains("what goes with \"height\" (r:"))
    let survey = try ColumnSurvey(example(), labels: LabelRequest(columns: ["weight", "height"]))
    let x = try #require(survey.targetAssociations.first { $0.first == "x" })
    // Of the two, x goes with the squares of the rows.
    #expect(x.second == "weight" && x.value > 0.9 && survey.constant == ["flat"])
  }

  /// A number that no training row has the like of is an error, by its row and column.
  @Test func otherDataIsRead() throws {
    let task = try example().task(targets: ["weight", "height"])
    let fitted = try task.fit(task.unsplit().training)
    let encoded = try fitted.apply(
      to: table("height,x,weight,kind,alive,wet\n1,2,3,oak,0,yes\n,2,3,oak,0,no\n"))
    #expect(encoded.rowsWithTarget == [0] && Array(encoded.targetValues[..<2]) == [3, 1])
    let values = encoded.dataset.values
    #expect(values.count == 4 && abs(Double(values[1]) - fitted.targets.scales[1].scaled(1)) < 1e-6)
    #expect(try fitted.apply(to: table("x,kind,alive,wet\n1,oak,0,yes\n")).hasTarget == false)
  }
}
