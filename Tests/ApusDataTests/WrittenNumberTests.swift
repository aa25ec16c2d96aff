import ApusCore
import ApusData
import Testing

/// Numbers as people write them, and the odd cells between them.
@Suite struct WrittenNumberTests {
  /// A column of some cells among many others, and what reading noted.
  private func column(
    _ odd: [String], among plain: [String], _ format: TableFormat = TableFormat()
  ) throws -> Table {
    try parse((["v\tw"] + (odd + plain).map { "\($0)\t1" }).joined(separator: "\n"), format)
  }

  private let plain = (1...60).map { "\($0).5" }

  @Test(arguments: [
    ("$1,234.50", 1234.5), ("€ 5", 5), ("5 EUR", 5), ("US$ 7.25", 7.25), ("12 %", 12), ("7.5%", 7.5),
    ("(801.93)", -801.93), ("($1,000.00)", -1000), ("801.93-", -801.93), ("\u{2212}5", -5), ("-5.25", -5.25),
    ("1 234 359", 1_234_359), ("-1\u{A0}324\u{202F}359", -1_324_359), ("1'234'359.5", 1_234_359.5),
    ("1\u{2019}234", 1234), ("12,34,567", 1_234_567), ("\" 12 \"", 12), ("<0.5", 0.5), (">100", 100),
    ("~5", 5), ("10+", 10), ("≥ 3", 3), ("1.5e3", 1500), ("+4", 4), ("1.234e+02", 123.4),
    ("12.5*", 12.5), ("ca. 5", 5), ("approx 7.5", 7.5), ("ca.12", 12),
  ])
  func inADress(_ cell: String, _ value: Double) throws {
    let table = try column([cell, cell], among: plain)
    #expect(table.numbers(0)[0] == value && table.numbers(0)[2] == 1.5)
    #expect(table.columns[0].strayCount == 0 && table.columns[0].missingCount == 0)
  }

  /// What was read otherwise than it stands there is said, with what would have it otherwise.
  @Test func theDressIsSaid() throws {
    #expect(
      try column(["(801.93)"], among: plain).notes == [
        "column 1 \"v\" is numbers as they are written: \"(801.93)\" is -801.93 (otherwise: --column v=category)"
      ])
    #expect(
      try column(["<0.5"], among: plain).notes == [
        "column 1 \"v\": \"<0.5\" is read as 0.5 (otherwise: --column v=category)"
      ])
    #expect(try column([], among: plain).notes == [])
  }

  @Test func suffixesCountWhereTheyAreMeant() throws {
    #expect(try column(["3.4M", "12k"], among: plain).numbers(0).prefix(2) == [3_400_000, 12_000])
    #expect(try column(["1.2B", "2.5B"], among: plain).numbers(0)[1] == 2_500_000_000)
    // A lone one is a slip.
    let lone = try column(["12k"], among: plain)
    #expect(lone.numbers(0)[0].isNaN && lone.columns[0].strays.map(\.text) == ["12k"])
    // Meters are no millions; classes of incomes are none of numbers; nor are marks at school.
    #expect(try column((1...40).map { "1.\($0)m" }, among: []).numbers(0)[0] == 1.1)
    #expect(try column((1...40).map { $0 % 3 == 0 ? ">50K" : "<=50K" }, among: []).texts(0)[0] == "<=50K")
    #expect(try column(["1+", "1-", "2", "2+", "3-", "3", "2", "1"], among: []).texts(0)[0] == "1+")
  }

  @Test func timesAreSeconds() throws {
    #expect(
      try column(["13:21:00", "00:00:01.5", "2:05 PM"], among: []).numbers(0) == [48_060, 1.5, 50_700])
    #expect(try column(["PT1H30M", "P1DT0.5S", "PT2M"], among: []).numbers(0) == [5400, 86_400.5, 120])
    #expect(try column(["1 days 02:03:04", "-0:30", "0 days 00:00:00"], among: []).numbers(0)[0] == 93_784)
    // What they are read as, the note shows by one that isn't 0.
    #expect(
      try column(["0:00", "1:30", "2:00"], among: []).notes.contains { $0.contains("\"1:30\" is 5400") })
    let mixed = try column(["13:21:00"], among: plain)
    #expect(mixed.numbers(0)[0].isNaN && mixed.columns[0].strayCount == 1)
  }

  @Test func aRepeatedWordIsAMissingValue() throws {
    let table = try column([String](repeating: "-", count: 30), among: plain)
    #expect(table.columns[0].missingCount == 30 && table.columns[0].strayCount == 0)
    #expect(
      table.notes == [
        "column 1 \"v\" is numbers, and \"-\" in 30 of 90 rows, read as missing (otherwise: --column v=category)"
      ])
    // With another beside it, and in several spellings.
    let words = try column(["Unknown", "unknown", "UNKNOWN", "x"], among: plain)
    #expect(words.columns[0].missingCount == 4 && words.columns[0].strays.map(\.text) == ["x"])
    // Among fewer numbers it is a value as any other; so are several words.
    #expect(try column([String](repeating: "none", count: 50), among: plain).texts(0)[0] == "none")
    #expect(try column((0..<30).map { "k\($0 % 3)" }, among: plain).texts(0)[1] == "k1")
    // But up to three words among four fifths numbers are missing, and any number of words that say so.
    let three = try column((0..<12).map { ["closed", "sold", "n/k"][$0 % 3] }, among: plain)
    #expect(three.columns[0].missingCount == 12 && three.numbers(0)[12] == 1.5)
    #expect(three.notes.contains { $0.contains("in 4 of 72 rows") } && three.columns[0].strayCount == 8)
    let absent = ["-", "not available", "Missing", "#VALUE!", "..", "unknown"]
    let many = try column((0..<30).map { absent[$0 % 6] }, among: plain)
    #expect(many.columns[0].missingCount == 30 && many.numbers(0)[30] == 1.5)
    // As a level of a category, a word for nothing is one.
    let walls = (0..<60).map { ["Stone", "Brick", "None"][$0 % 3] }
    #expect(try column(walls, among: []).texts(0)[2] == "None")
  }

  /// The word is missing in new data too, without a word, and its mark is an input.
  @Test func theWordStaysInTheModel() throws {
    let rows = (0..<60).map { "\($0 % 4 == 0 ? "-" : "\($0 * 7 % 31)"),\($0 % 2 == 0 ? "p" : "q")" }
    let task = try parse((["x,y"] + rows).joined(separator: "\n")).task()
    let fitted = try task.fit(task.unsplit().training)
    #expect(fitted.preprocessing.featureNames == ["x", "x is missing"])
    let restored = try InputSchema(jsonText: InputSchema.table(fitted.preprocessing).jsonText(), name: "m")
    guard case .table(let preprocessing) = restored else { return }
    let new = try parse("x\n-\n3\nabc\n", preprocessing.format)
    #expect(new.notes.count == 1 && new.notes[0].contains("\"abc\" in row 3"))
    let encoded = try preprocessing.apply(to: new, targets: fitted.targets)
    #expect(encoded.dataset.features.enumerated().filter { $0.offset % 2 == 1 }.map(\.element) == [1, 0, 1])
  }

  /// A stray cell is missing and named, in training and in new data alike, and the rest is read.
  @Test func aStrayCellIsNotTheEnd() throws {
    let rows = (0..<40).map { "\($0 * 3 % 40),\($0 % 3 == 0 ? "red" : "blue"),\($0 % 2)" }
    let task = try parse((["age,color,y"] + rows).joined(separator: "\n")).task()
    let fitted = try task.fit(task.unsplit().training)
    let new = try parse("age,color\n5,red\nabc,red\n-1,purple\n", fitted.preprocessing.format)
    #expect(new.notes.contains { $0.contains("column 1 \"age\" is numbers, but holds \"abc\" in row 2") })
    #expect(try fitted.apply(to: new).dataset.count == 3)
  }

  @Test func theWholeFileDecides() throws {
    // Decimal commas begin far behind the first rows; points before them were no fractions.
    let rows = (0..<1200).map { $0 < 600 ? "\($0 % 50);1.234" : "\($0 % 50),5;2,5" }
    let table = try parse((["a;b"] + rows).joined(separator: "\n"))
    #expect(table.numbers(0)[600] == 0.5 && table.numbers(0)[1199] == 49.5)
    #expect(table.numbers(1)[0] == 1234 && table.numbers(1)[700] == 2.5)
    // One column's commas say what another's mean.
    #expect(try parse("a;b\n1,5;1,234\n2,5;2,345\n").numbers(1) == [1.234, 2.345])
    #expect(try parse("a,b\n1.5,\"1,234\"\n2.5,\"2,345\"\n").numbers(1) == [1234, 2345])
  }

  /// Before an exponent nothing groups digits.
  @Test func fractionsWithExponents() throws {
    let rows = (1...20).map { "-\($0 % 9 + 1),\(100 + $0)e+0\($0 % 3);\($0)" }
    let table = try parse((["a;b"] + rows).joined(separator: "\n"))
    #expect(table.numbers(0)[0] == -21.01 && table.notes.contains { $0.contains("decimal comma") })
  }

  @Test func aMarkThatCouldBeEitherIsSaid() throws {
    let rows = (0..<20).map { "\($0);\($0 + 10).12\($0 % 10)" }
    let text = (["a;b"] + rows).joined(separator: "\n")
    let fraction = try parse(text)
    #expect(fraction.numbers(1)[3] == 13.123)
    #expect(
      fraction.notes.contains(
        "column 2 \"b\": 10.12 is read as a fraction (if the point groups thousands: --decimal-mark ,)"))
    let thousands = try parse(
      text, TableFormat(numberStyle: TableFormat.NumberStyle(decimalMark: ",", groupMark: ".")))
    #expect(thousands.numbers(1)[3] == 13_123)
  }

  @Test func wholeNumbersBeyondDoublesAreCodes() throws {
    let codes = (0..<60).map { "\(9_007_199_254_740_992 + $0)" }
    let table = try column(codes, among: [])
    #expect(Set(table.texts(0)).count == 60)
    #expect(table.notes.contains { $0.contains("2⁵³") && $0.contains("--column v=number") })
    let schema = TableSchema.describing(table)
    #expect(schema.columns[0].role == .leftOut(why: "an identifier: 60 different codes in 60 filled rows"))
    #expect(try column(codes, among: [], TableFormat(columns: ["v": .number])).numbers(0)[0] == 0x1p53)
    // Measured quantities may be large.
    #expect(try column(["1.5e300", "12345678901234567890.5"], among: plain).numbers(0)[0] == 1.5e300)
    // Moments in nanoseconds and microseconds are dates.
    for moment in ["16000000000000000", "16000000000000"] {
      let moments = try column((10..<60).map { "\(moment)\($0)" }, among: [])
      #expect(TableSchema.describing(moments).columns[0].kind == .date)
    }
  }

  @Test func numbersWithoutEndAreMissingAndNamed() throws {
    let table = try column(["inf", "-Infinity", "1e400"], among: plain)
    #expect(table.columns[0].missingCount == 3)
    #expect(
      table.notes == [
        "column 1 \"v\" holds \"inf\" in row 1, \"-Infinity\" in row 2, \"1e400\" in row 3: no finite numbers, read as missing"
      ])
  }

  /// A cell far beyond all others is named and cut off; without such cells nothing changes.
  @Test func farCellsAreCutOff() throws {
    func fit(_ first: String) throws -> (FittedTable, Table) {
      let rows = (0..<80).map { "\($0 == 7 ? first : "\($0 * 7 % 41)"),\($0 % 2)" }
      let table = try parse((["x,y"] + rows).joined(separator: "\n"))
      let task = try table.task()
      return (try task.fit(task.unsplit().training), table)
    }
    let (far, table) = try fit("1e308")
    #expect(
      far.notes == [
        "column 1 \"x\" holds 1e+308 in row 8: beyond 10⁴ quartile ranges, and cut off at 0 and 40"
      ])
    let features = try far.apply(to: table).dataset.features
    #expect(features[7] == features.max() && features[7] < 3)
    let (near, _) = try fit("40")
    #expect(near.preprocessing.columns[0].scalings[0].upper == nil && near.notes.isEmpty)
    #expect(try !InputSchema.table(near.preprocessing).jsonText().contains("upper"))
  }
}
