import ApusCore
import ApusData
import TestSupport
import Testing

/// Files as other programs and people write them.
@Suite struct WildFileTests {
  private static let rows = (0..<40).map {
    "\($0 * 7 % 41).5,\($0 * 3 % 11),\($0 % 3 == 0 ? "red" : "bleu €")"
  }
  private static let plain = (["size,count,color"] + rows).joined(separator: "\n") + "\n"

  private func expectPlain(_ table: Table, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(table.names == ["size", "count", "color"], sourceLocation: sourceLocation)
    #expect(table.rowCount == 40, sourceLocation: sourceLocation)
    #expect(table.numbers(0)[1] == 7.5 && table.numbers(1)[1] == 3, sourceLocation: sourceLocation)
    #expect(table.texts(2)[1] == "bleu €", sourceLocation: sourceLocation)
  }

  // MARK: Encodings

  private func utf16(_ text: String, isLittle: Bool) -> [UInt8] {
    text.utf16.flatMap { unit -> [UInt8] in
      let (low, high) = (UInt8(unit & 255), UInt8(unit >> 8))
      return isLittle ? [low, high] : [high, low]
    }
  }

  @Test(arguments: [true, false], [true, false])
  func utf16(_ isLittle: Bool, _ isMarked: Bool) throws {
    let bytes = utf16((isMarked ? "\u{FEFF}" : "") + Self.plain, isLittle: isLittle)
    let table = try Table.parse(bytes, name: "t.csv")
    expectPlain(table)
    #expect(table.notes.contains("the file is UTF-16 text"))
  }

  @Test func windows1252() throws {
    let bytes = Self.plain.replacing("€", with: "\u{80}").unicodeScalars.map { UInt8($0.value) }
    let table = try Table.parse(bytes, name: "t.csv")
    expectPlain(table)
    #expect(table.notes.contains("the file is no UTF-8: it is read as Windows-1252"))
    // In the header alone, and far behind the first rows.
    #expect(try Table.parse([0xE9] + Array(",b\n1,2\n3,4\n".utf8), name: "t").names[0] == "é")
    let late = Array((["a,b"] + (0..<40_000).map { "\($0),x" }).joined(separator: "\n").utf8)
    #expect(try Table.parse(late + Array("\n1,".utf8) + [0xFC], name: "t").texts(1).last == "ü")
  }

  // MARK: Beginnings

  @Test(arguments: [
    "Report of 2024-01-02\n", "Report, of May\nBy whom\n\n", "Sales 2024,,\n,,\n",
    "# made by x\n# and, y, z\n",
  ])
  func linesAboveTheTableAreLeftOut(_ title: String) throws {
    let table = try parse(title + Self.plain)
    expectPlain(table)
    #expect(table.notes.contains { $0.contains("above the table") })
  }

  @Test func remarksBetweenRows() throws {
    let table = try parse(Self.plain + "# the end, of it\n# truly\n")
    expectPlain(table)
    #expect(table.notes == ["2 lines that begin with # and are no rows are left out"])
    // With as many fields as the others, it is a row.
    #expect(try parse("tag,n\n#a,1\n#b,2\n").texts(0) == ["#a", "#b"])
    #expect(try parse("# x y\n1 2\n3 4\n").names == ["x", "y"])
  }

  @Test func declaredAndOtherDelimiters() throws {
    expectPlain(try parse("sep=;\n" + Self.plain.replacing(",", with: ";")))
    for mark in ["^", "~", "\u{1F}"] { expectPlain(try parse(Self.plain.replacing(",", with: mark))) }
    for mark in [":", "¦", "x"] where mark != "x" {
      expectPlain(try parse(Self.plain.replacing(",", with: mark), TableFormat(delimiter: mark)))
    }
    // Commas within times don't cut what semicolons separate.
    let times = (0..<30).map { "2023-10-12T06:\($0 + 10):53,000Z;0,\($0 % 5)" }
    let table = try parse((["t;v"] + times).joined(separator: "\n"))
    #expect(table.names == ["t", "v"] && table.numbers(1)[4] == 0.4)
    #expect(TableSchema.describing(table).columns[0].kind == .date)
  }

  @Test func headersOfNumbers() throws {
    let years =
      ["country,1990,2000,2010"] + (0..<20).map { "land \($0),\($0 + 40).1,\($0 + 45).2,\($0 + 50).3" }
    let table = try parse(years.joined(separator: "\n"))
    #expect(table.names == ["country", "1990", "2000", "2010"] && table.rowCount == 20)
    #expect(table.notes.contains { $0.contains("such as 1990") && $0.contains("--no-header") })
    #expect(try TableSchema.infer(table, target: "2010").target?.index == 3, "a name goes before a number")
    let pandas = try parse(
      ([",0,1,2"] + (0..<20).map { "\($0),\($0 * 7 % 9).5,3.\($0),x" }).joined(separator: "\n"))
    #expect(pandas.names == ["1 (2)", "0", "1", "2"] && pandas.rowCount == 20)
    #expect(try parse("0,1,2\n1,2,4\n2,3,4\n").rowCount == 3, "rows of whole numbers")
    #expect(try parse("1990,1.5,a\n1991,2.5,b\n").rowCount == 2)
  }

  @Test func aShortHeaderAndUnits() throws {
    let r = try parse(
      (["\"len\" \"kind\""] + (0..<12).map { "\"\($0 + 1)\" \($0).5 \"k\($0 % 2)\"" }).joined(separator: "\n")
    )
    #expect(r.names == ["1", "len", "kind"] && r.rowCount == 12)
    #expect(TableSchema.describing(r).columns[0].role == .leftOut(why: "it numbers the rows"))
    let units = try parse(
      (["len,mass,kind", "(cm),kg,"] + (0..<9).map { "\($0),\($0 * 2),k" }).joined(separator: "\n"))
    #expect(units.rowCount == 9 && units.numbers(1)[2] == 4)
    #expect(units.notes.contains { $0.contains("units") && $0.contains("\"(cm)\"") })
    // An odd cell in the first row is none.
    let odd = try parse(
      (["len,mass", "unknown,7"] + (0..<30).map { "\($0),\($0 * 2)" }).joined(separator: "\n"))
    #expect(odd.rowCount == 31)
  }

  /// Rows that all end in a delimiter don't shift the names.
  @Test func delimitersAtTheEndOfRows() throws {
    let rows = (0..<20).map { "\($0).5,\($0 * 3 % 7),\($0 % 2 == 0 ? "p" : "q")," }
    let table = try parse((["a,b,y"] + rows).joined(separator: "\n"))
    #expect(table.names == ["a", "b", "y"] && table.numbers(0)[2] == 2.5 && table.texts(2)[1] == "q")
    #expect(table.notes.contains { $0.contains("the empty field is ignored") })
  }

  /// A field too many is an error and no shift of names, unless the first ones can be R's names of rows.
  @Test func aFieldTooMany() throws {
    #expect(message { _ = try parse("a,b,c\n0.5,50,red,9\n") }.contains("has a field number 4"))
    #expect(message { _ = try parse("a,b\n7,50,red\n7,60,blue\n") }.contains("has a field number 3"))
    #expect(try parse("a,b\n1,50,red\n2,60,blue\n").names == ["1", "a", "b"])
    #expect(try parse("a,b\n\"Bonn\",50,red\n\"Köln\",60,blue\n").names == ["1", "a", "b"])
  }

  @Test func namesThatAreEmpty() throws {
    let table = try parse(
      (",b,,y\n") + (0..<20).map { "\($0).5,\($0 * 3 % 7),c\($0 % 3),\($0 % 2 == 0 ? "p" : "q")\n" }.joined())
    #expect(table.names == ["1", "b", "3", "y"] && table.rowCount == 20)
    #expect(try parse("anna,,x\nbert,y,x\ncleo,y,z\n").rowCount == 3, "texts with an empty cell")
  }

  /// Names of groups of columns, repeated or over the first of each, stand above the columns' own.
  @Test(arguments: ["size,size,look,look", "size,,look,", ",,look,"])
  func groupsOfColumns(_ groups: String) throws {
    let rows = (0..<20).map { "\($0).5,\($0 * 3 % 7),c\($0 % 3),\($0 % 2 == 0 ? "p" : "q")" }
    let table = try parse(([groups, "a,b,c,y"] + rows).joined(separator: "\n"))
    #expect(table.names == ["a", "b", "c", "y"] && table.rowCount == 20)
    #expect(table.notes.contains { $0.contains("1 line above the table is left out") })
    // Names that are there twice are no groups where rows follow.
    #expect(try parse((["a,a,c,y"] + rows).joined(separator: "\n")).rowCount == 20)
    #expect(try parse((["a,a,c,y", "unknown,,c1,p"] + rows).joined(separator: "\n")).rowCount == 21)
  }

  @Test func otherQuotes() throws {
    let single = try parse("'a','b, c'\n'1','x, y'\n'2','it''s'\n")
    #expect(single.names == ["a", "b, c"] && single.texts(1) == ["x, y", "it's"])
    #expect(try parse("a,b\n1,'tis\n2,o'clock\n").texts(1) == ["'tis", "o'clock"])
    let backslash = try parse("a,b\n1,\"say \\\"hi\\\", so\"\n2,\"c:\\\\d\"\n")
    #expect(backslash.texts(1) == ["say \"hi\", so", "c:\\d"])
    #expect(try parse("a,b\n1,\"c:\\\"\n2,\"d\"\n").texts(1) == ["c:\\", "d"], "a path")
  }

  // MARK: JSON and archives

  @Test func recordsOfJSON() throws {
    let lines =
      "{\"a\": 1.5, \"b\": \"x, \\\"y\\\"\", \"c\": true}\n{\"b\": \"z\", \"a\": null, \"d\": \"2024-01-02\"}\n{\"a\": 3, \"c\": false, \"e\": [1]}\n"
    for text in [lines, "[" + lines.split(separator: "\n").joined(separator: ",\n") + "]"] {
      let table = try parse(text)
      #expect(table.names == ["a", "b", "c", "d", "e"])
      #expect(table.numbers(0)[0] == 1.5 && table.numbers(0)[1].isNaN)
      #expect(table.texts(1) == ["x, \"y\"", "z", nil] && table.texts(2) == ["true", nil, "false"])
      #expect(table.notes.contains { $0.contains("\"e\" holds lists or objects") })
    }
    #expect(message { _ = try parse("{\"a\": 1}\n{\"a\": }\n") }.contains("line 2"))
    #expect(message { _ = try parse("{\"a\": {\"b\": 1}}") }.contains("is JSON"))
  }

  /// A key that the first records lack stands where its neighbors have it, and not last, where a target would be.
  @Test func keysThatComeLater() throws {
    let table = try parse(
      "{\"a\": 1, \"y\": 0}\n{\"a\": 2, \"b\": 5, \"y\": 1}\n{\"id\": 1, \"a\": 3, \"b\": 6, \"c\": 7, \"y\": 1}\n"
    )
    #expect(table.names == ["id", "a", "b", "c", "y"])
    #expect(table.numbers(4) == [0, 1, 1] && table.numbers(2)[1] == 5 && table.numbers(0)[2] == 1)
  }

  /// Python's NaN and infinities are no JSON, and are missing all the same.
  @Test func numbersThatJSONForbids() throws {
    let table = try parse(
      "{\"a\": NaN, \"b\": 1}\n{\"a\": 2, \"b\": -Infinity}\n{\"a\": 3, \"b\": Infinity}\n")
    #expect(table.numbers(0)[0].isNaN && table.numbers(0)[2] == 3 && table.numbers(1)[1].isNaN)
    #expect(table.notes.contains { $0.contains("column 2 \"b\" holds \"-inf\" in row 2") }, "\(table.notes)")
    #expect(message { _ = try parse("{\"a\": NaN}\n{\"a\": Nan}\n") }.contains("line 2"))
    #expect(throws: ApusError.self) { try StrictJSON.parse("[NaN]") }
  }

  @Test func aZippedTable() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(Self.plain.utf8)
    let alone = try folder.write(
      "a.csv.zip", storedZip([("table.csv", bytes), ("__MACOSX/._table.csv", [0])]))
    expectPlain(try Table.read(alone))
    guard case .table(let table) = try DataSource.open(alone).content else {
      Issue.record("no table")
      return
    }
    expectPlain(table)
    let readme = try folder.write(
      "b.zip", storedZip([("README.txt", [65]), ("data/table.csv.gz", gzip(bytes))]))
    #expect(try Table.read(readme).notes.contains("1 other file in the archive is left out"))
    let two = try folder.write("c.zip", storedZip([("a.csv", bytes), ("b.csv", bytes)]))
    #expect(message { _ = try Table.read(two) }.contains("a zip archive of 2 tables: “a.csv”, “b.csv”"))
  }

  // MARK: What columns are said to be

  @Test func everyGuessHasAnOverride() throws {
    let rows = (0..<60).map { "\($0),\($0 % 4),name \($0),\($0 % 2 == 0 ? "p" : "q"),00\($0 + 10)" }
    let text = (["id,shop_id,who,class,zip"] + rows).joined(separator: "\n")
    let found = try TableSchema.infer(parse(text))
    #expect(found.inputs == [1])
    for (name, kind) in [("id", "number"), ("shop_id", "number"), ("who", "category")] {
      #expect(found.notes.contains { $0.contains("--column \(name)=\(kind)") }, "\(found.notes)")
    }
    #expect(
      found.notes.contains { $0.contains("\"who\" is left out: its texts") && $0.contains("are not read") })
    let asked = try TableSchema.infer(
      parse(text, TableFormat(columns: ["id": .number, "2": .number, "who": .category, "zip": .number])))
    #expect(
      asked.inputs == [0, 1, 2, 4]
        && asked.columns.map(\.kind) == [.number, .number, .category, .category, .number])
    let out = try TableSchema.infer(
      parse(text, TableFormat(columns: ["id": .number, "shop_id": .out, "zip": .id])))
    #expect(out.inputs == [0])
    #expect(
      message { _ = try parse(text, TableFormat(columns: ["shop": .out])) }.contains(
        "did you mean \"shop_id\""))
    #expect(
      message { _ = try parse(text, TableFormat(columns: ["id": .out, "1": .out])) }.contains("said twice"))
  }

  /// What was said of a column holds for new data too, which may not look like it.
  @Test func whatIsSaidStaysInTheModel() throws {
    let rows = (0..<60).map { "\($0 % 5),\($0 % 3 == 0 ? "x\($0)" : "\($0)"),\($0 % 2 == 0 ? "p" : "q")" }
    let format = TableFormat(columns: ["a": .category, "b": .number])
    let task = try parse((["a,b,y"] + rows).joined(separator: "\n"), format).task()
    #expect(task.schema.columns[0].kind == .category)
    let fitted = try task.fit(task.unsplit().training)
    let new = try parse("a,b\n1.0,5\n3,6x\n", fitted.preprocessing.format)
    #expect(new.texts(0) == ["1.0", "3"] && new.numbers(1)[0] == 5)
  }

  // MARK: Targets

  @Test func theTargetRule() throws {
    let rows = (0..<40).map { "\($0 * 7 % 41),\($0 % 9),\($0 % 2 == 0 ? "p" : "q"),,\($0 * 3 % 11)" }
    let table = try parse((["a,codes,kind,,last"] + rows).joined(separator: "\n"))
    #expect(table.columns[3].missingCount == 40)
    let empty = try parse(
      (["a,codes,kind,"]
        + rows.map { $0.split(separator: ",", maxSplits: 3)[..<3].joined(separator: ",") + "," }).joined(
          separator: "\n"))
    let schema = try TableSchema.infer(empty)
    #expect(schema.target?.index == 2 && schema.columns[3].role == .leftOut(why: "it has no values"))
    #expect(
      schema.notes.contains {
        $0.contains("the target is a guess") && $0.contains("\"kind\"") && $0.contains("--target")
      })
    #expect(try !TableSchema.infer(empty, target: "kind").notes.contains { $0.contains("a guess") })
    // Few codes may be classes, and the reverse.
    #expect(
      try TableSchema.infer(table, target: "codes").target?.whyTask.contains("--task classification") == true)
    #expect(
      try TableSchema.infer(parse("a,y\n" + (0..<40).map { "\($0 * 7 % 41),\($0 % 4)\n" }.joined())).target?
        .whyTask.contains("--task regression") == true)
    #expect(
      try TableSchema.infer(
        parse(
          "a,y\n" + (0..<40).map { "\($0 * 7 % 41),\($0 % 4)\n" }.joined(),
          TableFormat(columns: ["y": .number]))
      ).target?.task == .regression)
  }

  @Test func yesIsYes() throws {
    let words = ["Yes", "yes", "\" YES \"", "No", "NO", "no"]
    let table = try parse("x\ty\n" + (0..<60).map { "\($0 % 7)\t\(words[$0 % 6])\n" }.joined())
    let task = try table.task()
    #expect(task.classNames.count == 2)
    #expect(
      table.notes.contains { $0.contains("\"Yes\", \"yes\", \"YES\" are one: \"Yes\"") }, "\(table.notes)")
    let fitted = try task.fit(task.unsplit().training)
    let new = try fitted.apply(to: parse("x,y\n1,yEs\n2,nO\n3,YES\n"))
    #expect(new.rowsWithTarget.count == 3)
    let short = try parse(
      "x,y\n" + (0..<40).map { "\($0),\(["TRUE", "False", "T", "f", "true"][$0 % 5])\n" }.joined())
    #expect(try short.task().classNames.count == 2, "\(short.notes)")
    let colors = try parse("x,c\n" + (0..<40).map { "\($0),\(["Red", "red", "blue"][$0 % 3])\n" }.joined())
    #expect(colors.notes.contains { $0.contains("\"Red\" and \"red\" differ in capitals alone") })
    #expect(Set(colors.texts(1)).count == 3)
  }

  @Test func rowNumbers() throws {
    func role(_ name: String) throws -> TableSchema {
      let rows = (0..<40).map { "\($0 + 1),\($0 * 7 % 41),\($0 % 2)" }
      return try TableSchema.infer(parse(("\(name),x,y\n") + rows.joined(separator: "\n")))
    }
    for name in ["", "id", "No.", "index", "Unnamed: 0", "row"] {
      #expect(try role(name).inputs == [1], "\(name)")
    }
    let kept = try role("day")
    #expect(kept.inputs == [0, 1] && kept.notes.contains { $0.contains("--column day=id") })
  }
}
