import ApusCore
import ApusData
import Testing

@Suite struct SchemaTests {
  private func table(_ columns: Table.Column..., name: String = "t") throws -> Table {
    try Table(name: name, columns: columns)
  }

  private let classes = Table.Column("class", texts: (0..<100).map { $0 % 2 == 0 ? "a" : "b" })
  private let x = Table.Column("x", numbers: (0..<100).map { Double($0 * 37 % 101) })

  private func role(_ schema: TableSchema, _ name: String) -> TableSchema.Role? {
    schema.columns.first { $0.name == name }?.role
  }

  private func isLeftOut(_ schema: TableSchema, _ name: String) -> Bool {
    if case .leftOut = role(schema, name) { true } else { false }
  }

  @Test func identifiersAndConstantsAreLeftOut() throws {
    let schema = try TableSchema.infer(
      table(
        Table.Column("PassengerId", numbers: (0..<100).map { Double($0 * 7 + 3) }),
        Table.Column("n", numbers: (0..<100).map { Double($0 + 1) }),
        Table.Column("constant", numbers: [Double](repeating: 4, count: 100)),
        Table.Column("empty", numbers: [Double](repeating: .nan, count: 100)),
        Table.Column("name", texts: (0..<100).map { "person \($0)" }),
        Table.Column("cabin", texts: (0..<100).map { $0 % 4 == 0 ? "cabin \($0)" : nil }),
        Table.Column("flag", texts: (0..<100).map { $0 % 3 == 0 ? "set" : nil }),
        Table.Column("shop_id", numbers: (0..<100).map { Double($0 % 9 + 400) }),
        Table.Column("paid", numbers: (0..<100).map { Double($0 * 3) }), x, classes))
    for name in ["PassengerId", "n", "constant", "empty", "name"] {
      #expect(isLeftOut(schema, name), "\(name)")
      #expect(schema.notes.contains { $0.contains("\"\(name)\" is left out") })
    }
    for name in ["cabin", "flag"] {
      if case .presence = role(schema, name) {} else { Issue.record("\(name) is no presence") }
    }
    #expect(schema.columns[7].kind == .category)
    #expect(role(schema, "paid") == .input)
    #expect(role(schema, "x") == .input)
  }

  @Test func kinds() throws {
    let schema = TableSchema.describing(
      try table(
        Table.Column("yes", texts: (0..<20).map { ["yes", "No", "YES"][$0 % 3] }),
        Table.Column("tf", texts: (0..<20).map { ["true", "false"][$0 % 2] }),
        Table.Column("mixed", texts: (0..<20).map { ["yes", "false"][$0 % 2] }),
        Table.Column("iso", texts: (0..<20).map { "2024-01-\($0 < 9 ? "0" : "")\($0 + 1)" }),
        Table.Column("us", texts: (0..<20).map { "1/\($0 + 5)/2024" }),
        Table.Column("de", texts: (0..<20).map { "\($0 + 1).3.2024 14:0\($0 % 10)" }),
        Table.Column("uk", texts: (0..<20).map { "\($0 + 1)/3/24" }),
        Table.Column("named", texts: (0..<20).map { "Mar \($0 + 1), 2024" }),
        Table.Column("no date", texts: (0..<20).map { "2024-02-\($0 + 20)" })))
    #expect(
      schema.columns.map(\.kind) == [.boolean, .boolean, .category, .date, .date, .date, .date, .date, .text])
    #expect(schema.columns[3].dateOrder == .yearMonthDay)
    #expect(schema.columns[4].dateOrder == .monthDayYear)
    #expect(schema.columns[5].dateOrder == .dayMonthYear)
    #expect(schema.columns[6].dateOrder == .dayMonthYear)
  }

  @Test func ambiguousDatesAreSaidAloud() throws {
    let dates = Table.Column("d", texts: (0..<12).map { "\($0 % 9 + 1)/\($0 % 12 + 1)/2024" })
    let schema = TableSchema.describing(try table(dates))
    #expect(schema.columns[0].dateOrder == .monthDayYear)
    #expect(schema.notes.contains { $0.contains("either way round") })
  }

  @Test func targetIsFoundOrNamed() throws {
    let y = Table.Column("Y", numbers: (0..<100).map { Double($0) / 7 })
    #expect(try TableSchema.infer(table(y, x)).target?.index == 0)
    #expect(try TableSchema.infer(table(classes, x)).target?.index == 0)
    let last = try TableSchema.infer(table(Table.Column("a", texts: (0..<100).map { "\($0 % 3)a" }), x))
      .target
    #expect(last?.index == 1)
    #expect(last?.whyColumn.contains("as the last column") == true)
    #expect(try TableSchema.infer(table(y, x), target: "2").target?.index == 1)
    #expect(try TableSchema.infer(table(y, x), target: "x").target?.index == 1)
    let wrong = message { _ = try TableSchema.infer(table(classes, x), target: "clas") }
    #expect(wrong.contains("\"clas\"") && wrong.contains("did you mean \"class\""))
    #expect(message { _ = try TableSchema.infer(table(classes, x), target: "3") }.contains("no column \"3\""))
    #expect(message { _ = try TableSchema.infer(table(classes, x), target: "0") }.contains("no column"))
  }

  @Test func taskFollowsTheTarget() throws {
    func task(_ numbers: [Double], _ asked: LearningTask? = nil) throws -> LearningTask? {
      try TableSchema.infer(table(x, Table.Column("y", numbers: numbers)), task: asked).target?.task
    }
    #expect(try task((0..<100).map { Double($0 % 3) }) == .classification)
    #expect(try task((0..<100).map { Double($0 % 2) + 0.5 }) == .classification)
    #expect(try task((0..<100).map { Double($0 % 3) + 0.5 }) == .regression)
    #expect(try task((0..<100).map { Double($0 % 50) }) == .regression)
    #expect(try task((0..<100).map { Double($0 % 3) }, .regression) == .regression)
    #expect(try task((0..<100).map { Double($0 % 30) }, .classification) == .classification)
  }

  @Test func targetsThatCannotBeLearnt() throws {
    let one = Table.Column("y", texts: [String?](repeating: "a", count: 100))
    #expect(message { _ = try TableSchema.infer(table(x, one)) }.contains("\"a\" in every row"))
    #expect(message { _ = try TableSchema.infer(table(x, classes), task: .regression) }.contains("no number"))
    let names = Table.Column("y", texts: (0..<100).map { "n\($0)" })
    #expect(message { _ = try TableSchema.infer(table(x, names)) }.contains("100 different values"))
    let none = Table.Column("y", numbers: [Double](repeating: .nan, count: 100))
    #expect(message { _ = try TableSchema.infer(table(x, none)) }.contains("no values"))
    #expect(message { _ = try TableSchema.infer(table(classes)) }.contains("no column is left"))
  }

  @Test func theOnlyInputMayNumberTheRows() throws {
    let t = Table.Column("t", numbers: (0..<100).map { Double($0) })
    let y = Table.Column("y", numbers: (0..<100).map { Double($0 * $0) })
    #expect(try TableSchema.infer(table(t, y)).inputs == [0])
  }

  @Test func columnsCanBeLeftOut() throws {
    let schema = try TableSchema.infer(
      table(x, Table.Column("z", numbers: (0..<100).map { Double($0 % 7) }), classes), leaveOut: ["x"])
    #expect(schema.inputs == [1])
    #expect(message { _ = try TableSchema.infer(table(x, classes), leaveOut: ["w"]) }.contains("\"w\""))
  }

  @Test func rowsWithoutTargetAndDuplicatesAreNoted() throws {
    var labels = (0..<100).map { Optional($0 % 2 == 0 ? "a" : "b") }
    labels[7] = nil
    labels[9] = "rare"
    let z = Table.Column("z", numbers: (0..<100).map { Double($0 % 10) })
    let task = try TableTask(table(z, Table.Column("class", texts: labels)))
    #expect(task.rows.count == 99 && !task.rows.contains(7))
    #expect(task.classes?[7] == -1)
    #expect(task.classNames == ["a", "b", "rare"])
    #expect(task.notes.contains { $0.contains("1 row without a target") })
    #expect(task.notes.contains { $0.contains("\"rare\" (1)") })
    #expect(task.notes.contains { $0.contains("equal to an earlier one") })
  }

  @Test func oneRowCannotBeLearntFrom() throws {
    let text = message { _ = try TableTask(parse("a,b\n1,2\n")) }
    #expect(text.hasPrefix("t.csv"), "\(text)")
  }
}
