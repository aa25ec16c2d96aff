import ApusCore
import ApusData
import Testing

@Suite struct PreprocessingTests {
  private func fit(
    _ csv: String, target: String? = nil, options: TablePreprocessing.Options = TablePreprocessing.Options()
  ) throws -> (task: TableTask, fitted: FittedTable, notes: [String]) {
    let task = try TableTask(parse(csv), target: target)
    let fitted = try task.fit(task.unsplit().training, options: options)
    return (task, fitted, fitted.notes)
  }

  private func csv(_ header: String, rows: Int, _ row: (Int) -> String) -> String {
    ([header] + (0..<rows).map(row)).joined(separator: "\n")
  }

  @Test func numbersAreStandardised() throws {
    let (task, fitted, _) = try fit(csv("x,y", rows: 40) { "\($0 * 3 % 40),\($0 % 2)" })
    let features = try fitted.apply(to: task.table).dataset.features
    let mean = features.reduce(0, +) / 40
    #expect(abs(mean) < 1e-6)
    #expect(abs(features.reduce(0) { $0 + $1 * $1 } / 40 - 1) < 1e-5)
  }

  @Test func onlyTrainingRowsCount() throws {
    let table = try parse(csv("x,k,y", rows: 100) { "\($0),\($0 < 50 ? "a" : "b"),\($0 % 2)" })
    let task = try TableTask(table, leaveOut: [])
    let split = try task.split(Split.Options(validation: 0.2, test: 0.3, seed: 4))
    let fitted = try task.fit(split.training)
    let rows = split.training.indices.map { Double($0) }
    let x = try #require(
      fitted.preprocessing.columns.first { $0.name == "x" } ?? fitted.preprocessing.columns.first)
    #expect(fitted.preprocessing.trainingRows == 50)
    if x.kind == .number {
      #expect(abs(x.scalings[0].mean - rows.reduce(0, +) / 50) < 1e-9)
    }
    // Whatever the other rows hold, the fit is the same.
    var changed = table
    if case .numbers(let cells) = changed.columns[0].cells {
      var numbers = Array(cells)
      for row in split.validation + split.test { numbers[row] = 1e9 }
      changed.columns[0].cells = .numbers(StoredValues(numbers))
    }
    let other = try TablePreprocessing.fit(changed, task.schema, rows: split.training).preprocessing
    #expect(other == fitted.preprocessing)
  }

  @Test func aSplitOfAnotherTableIsRefused() throws {
    let task = try TableTask(parse(csv("x,y", rows: 40) { "\($0 * 3 % 40),\($0 % 2)" }))
    #expect(message { _ = try task.fit(Split.unsplit(41).training) }.contains("row 41"))
  }

  @Test func missingNumbersAreFilledAndMarked() throws {
    let (task, fitted, _) = try fit(
      csv("x,z,y", rows: 40) { "\($0 % 4 == 0 ? "" : String($0 * 7 % 41)),\($0 % 5),\($0 % 2)" })
    #expect(fitted.preprocessing.featureNames == ["x", "x is missing", "z"])
    let dataset = try fitted.apply(to: task.table).dataset
    #expect(dataset.features[1] == 1 && dataset.features[4] == 0)
    let scaling = fitted.preprocessing.columns[0].scalings[0]
    #expect(dataset.features[0] == Float((scaling.fill - scaling.mean) / scaling.deviation))
  }

  @Test func skewedColumnsTakeTheLogarithm() throws {
    let (_, fitted, notes) = try fit(
      csv("fare,x,y", rows: 60) { "\(1 << ($0 % 12)),\($0 * 7 % 13),\($0 % 2)" })
    #expect(fitted.preprocessing.columns[0].scalings[0].logarithmUnit != nil)
    #expect(fitted.preprocessing.columns[1].scalings[0].logarithmUnit == nil)
    #expect(notes.contains { $0.contains("\"fare\" is skewed") })
    let plain = try fit(
      csv("fare,x,y", rows: 60) { "\(1 << ($0 % 12)),\($0 * 7 % 13),\($0 % 2)" },
      options: TablePreprocessing.Options(takesLogarithms: false))
    #expect(plain.fitted.preprocessing.columns[0].scalings[0].logarithmUnit == nil)
    // Below zero there is no logarithm, and no trap either.
    let new = try fitted.apply(to: parse("fare,x\n-5,1\n1e30,2\n")).dataset
    #expect(new.features.allSatisfy { $0.isFinite })
  }

  @Test func categoriesBecomeColumns() throws {
    let (task, fitted, _) = try fit(
      csv("c,b,y", rows: 40) { "\(["red", "green", "blue"][$0 % 3]),\($0 % 4 == 0 ? "yes" : "no"),\($0 % 2)" }
    )
    #expect(fitted.preprocessing.featureNames == ["c = blue", "c = green", "c = red", "b"])
    let dataset = try fitted.apply(to: task.table).dataset
    #expect(Array(dataset.features[0..<8]) == [0, 0, 1, 1, 0, 1, 0, 0])
    let new = try fitted.apply(to: parse("b,c,extra\nyes,violet,1\n,blue,2\n"))
    #expect(new.dataset.features[0..<3] == [0, 0, 0])
    #expect(new.dataset.features[7] == 0.25)
    #expect(new.notes.contains { $0.contains("never saw") })
    #expect(!new.hasTarget && new.rowsWithTarget.isEmpty)
  }

  @Test func thousandsOfCategoriesArePooled() throws {
    let text = csv("c,y", rows: 6000) { "\($0 % 3 == 0 ? "common" : "rare \($0 % 2000)"),\($0 % 2)" }
    let (_, fitted, notes) = try fit(text)
    let column = fitted.preprocessing.columns[0]
    #expect(column.values == ["common"] && column.hasOther)
    #expect(notes.contains { $0.contains("pooled") })
    let new = try fitted.apply(to: parse("c\nnever seen\ncommon\n", TableFormat(hasHeader: true)))
    #expect(new.dataset.features == [0, 1, 1, 0])
    let wide = try fit(
      csv("c,y", rows: 6000) { "c\($0 % 1000),\($0 % 2)" }, options: .init(minimumCategoryRows: 1))
    #expect(wide.fitted.preprocessing.featureCount == 65)
  }

  @Test func freeTextsCountByTheirWordsIfAsked() throws {
    let titles = ["Mr.", "Mrs.", "Miss"]
    let table = try parse(
      csv("name,x,y", rows: 60) { "\"N\($0)ame, \(titles[$0 % 3]) Jo\($0)\",\($0 * 7 % 61),\($0 % 2)" })
    #expect(try TableTask(table).schema.inputs == [1])
    let task = try TableTask(table, readsTexts: true)
    let fitted = try task.fit(task.unsplit().training)
    #expect(
      Array(fitted.preprocessing.featureNames.prefix(4)) == ["name: miss", "name: mr", "name: mrs", "x"])
    let new = try fitted.apply(to: parse("name,x\n\"Doe, MISS Ann\",1\n,2\nDr. Who,3\n")).dataset
    #expect(Array(new.features[0..<3]) == [1, 0, 0])
    #expect(Array(new.features[4..<7]) == [0, 0, 0] && Array(new.features[8..<11]) == [0, 0, 0])
    let schema = InputSchema.table(fitted.preprocessing)
    #expect(try InputSchema(jsonText: schema.jsonText(), name: "m") == schema)
  }

  @Test func datesBecomeParts() throws {
    let (task, fitted, _) = try fit(
      csv("d,y", rows: 56) { "2024-0\($0 % 2 + 1)-\($0 % 28 + 1 < 10 ? "0" : "")\($0 % 28 + 1),\($0 % 2)" })
    #expect(fitted.preprocessing.featureNames == ["d: month", "d: day", "d: weekday"])
    let dataset = try fitted.apply(to: task.table).dataset
    #expect(dataset.inputShape == [3])
    let wrong = try fitted.apply(to: parse("d\n2024-01-05\nsoon\n"))
    #expect(wrong.notes.contains { $0.contains("column 1 \"d\"") && $0.contains("\"soon\" in row 2") })
  }

  @Test func enormousNumbersStayFinite() throws {
    let (_, fitted, _) = try fit(
      csv("x,w,y", rows: 40) { "\($0 * 3 % 40),\(1 << ($0 % 12)),\($0 % 2)" })
    let new = try fitted.apply(to: parse("x,w\n1.7e308,1e308\n-1.7e308,-1e308\n")).dataset
    #expect(new.features.allSatisfy { $0.isFinite })
  }

  @Test func newTablesAreChecked() throws {
    let (_, fitted, _) = try fit(
      csv("age,size,y", rows: 40) { "\($0 * 3 % 40),\($0 % 7),\($0 % 2)" })
    let missing = message { _ = try fitted.apply(to: parse("age,sice\n1,2\n")) }
    #expect(missing.contains("\"size\"") && missing.contains("did you mean \"sice\""))
    let text = try fitted.apply(to: parse("size,age\n1,old\n2,young\n"))
    #expect(text.notes.contains { $0.contains("column 2 \"age\" holds \"old\" in row 1 and 1 more") })
    let unknown = message { _ = try fitted.apply(to: parse("size,age,y\n1,5,0\n2,6,7\n")) }
    #expect(unknown.contains("row 2, column 3 \"y\"") && unknown.contains("\"7\""))
    let headless = message { _ = try fitted.apply(to: parse("1,2\n3,4\n")) }
    #expect(headless.contains("header"))
    // An empty column is missing values, whatever its kind.
    let empty = try fitted.apply(to: parse("age,size\n,1\n,2\n"))
    #expect(empty.notes.contains { $0.contains("\"age\"") })
    let reordered = try fitted.apply(to: parse("y,size,age\n1,2,3\n"))
    let plain = try fitted.apply(to: parse("age,size,y\n3,2,1\n"))
    #expect(reordered.dataset.features == plain.dataset.features)
    #expect(reordered.rowsWithTarget == [0])
  }

  @Test func withoutHeaderColumnsAreFoundByPlace() throws {
    let rows = (0..<40).map { "\($0 * 3 % 40),\($0 % 2),\($0 % 7)" }.joined(separator: "\n")
    let (task, fitted, _) = try fit(rows, target: "2")
    let all = try fitted.apply(to: task.table)
    let without = try fitted.apply(
      to: parse(
        (0..<40).map { "\($0 * 3 % 40),\($0 % 7)" }.joined(separator: "\n"), fitted.preprocessing.format))
    #expect(all.dataset.features == without.dataset.features)
    #expect(!without.hasTarget)
    #expect(message { _ = try fitted.apply(to: parse("1\n2\n3\n")) }.contains("has 1 column;"))
  }

  @Test func regressionTargetsAreScaledAndBack() throws {
    let (task, fitted, _) = try fit(
      csv("x,y", rows: 50) { "\($0 * 7 % 50),\(Double($0) * 12.5 + 100)" })
    let dataset = try fitted.apply(to: task.table).dataset
    #expect(dataset.targets == .values(names: ["y"]))
    for row in [0, 13, 49] {
      let value = fitted.targets.scales[0].original(Double(dataset.values[row]))
      #expect(abs(value - (Double(row) * 12.5 + 100)) < 1e-3)
    }
  }

  @Test func classNamesAreOrderedByNumber() throws {
    let (task, _, _) = try fit(csv("x,y", rows: 60) { "\($0 * 7 % 50),\([10, 9, -1][$0 % 3])" })
    #expect(task.classNames == ["-1", "9", "10"])
  }

  @Test func columnsConstantInTrainingAreLeftOut() throws {
    let table = try parse(csv("x,z,y", rows: 100) { "\($0 * 3 % 100),\($0 == 50 ? 1 : 0),\($0 % 2)" })
    let task = try TableTask(table)
    for seed in 0..<20 {
      let split = try task.split(Split.Options(validation: 0.4, test: 0.4, seed: UInt64(seed)))
      let fitted = try task.fit(split.training)
      let isConstant = !split.training.indices.contains(50)
      #expect(fitted.preprocessing.columns.contains { $0.name == "z" } != isConstant)
      #expect(fitted.notes.contains { $0.contains("every training row") } == isConstant)
    }
  }

  @Test func theSchemaSurvivesJSON() throws {
    let (_, fitted, _) = try fit(
      csv("x,c,b,d,y", rows: 60) {
        "\($0 % 3 == 0 ? "" : "\(Double($0) / 7)"),\(["ü \"q\"", "b"][$0 % 2]),\(["t", "f"][$0 % 2]),"
          + "2024-01-\($0 % 20 + 10),\(Double($0 * $0) / 3)"
      })
    let text = try InputSchema.table(fitted.preprocessing).jsonText()
    #expect(try InputSchema(jsonText: text, name: "model") == .table(fitted.preprocessing))
    #expect(try InputSchema(jsonText: text, name: "model").jsonText() == text)
    let damaged = text.replacingFirst("\"kind\":\"number\"", with: "\"kind\":\"numbr\"")
    #expect(message { _ = try InputSchema(jsonText: damaged, name: "model") }.hasPrefix("model"))
    let empty = text.replacingFirst("\"scalings\":[{", with: "\"scalings\":[],\"more\":[{")
    #expect(message { _ = try InputSchema(jsonText: empty, name: "model") }.contains("damaged"))
  }

  @Test func imageSchemasSurviveJSON() throws {
    let images = try ImageSet.digits().training
    let split = try Split.random(rows: Array(0..<images.count), classes: images.classLabels())
    let schema = InputSchema.images(.fit(images, rows: split.training))
    #expect(try InputSchema(jsonText: schema.jsonText(), name: "m") == schema)
    let bad = "{\"images\":{\"inputShape\":[9223372036854775807,2,2],\"classNames\":[\"a\"],"
    let rest = "\"normalization\":{\"mean\":[0],\"deviation\":[1],\"white\":255}}}"
    #expect(message { _ = try InputSchema(jsonText: bad + rest, name: "m") }.contains("shape"))
  }
}

extension String {
  func replacingFirst(_ part: String, with other: String) -> String {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) {
        return String(self[..<index]) + other + self[self.index(index, offsetBy: part.count)...]
      }
      index = self.index(after: index)
    }
    return self
  }
}
