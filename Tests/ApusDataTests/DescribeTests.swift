import ApusCore
import ApusData
import Testing

@Suite struct DescribeTests {
  @Test func statisticsOfAColumn() throws {
    let table = try parse(
      (["x,c,y"] + (0..<101).map { "\($0),\($0 % 3 == 0 ? "a" : "b"),\($0 * 2 + 1)" }).joined(separator: "\n")
    )
    let summary = try DataSummary(table)
    let x = try #require(summary.columns[0].statistics)
    #expect((x.minimum, x.lowerQuartile, x.median, x.upperQuartile, x.maximum) == (0, 25, 50, 75, 100))
    #expect(
      abs(x.mean - 50) < 1e-12 && abs(x.deviation - (101.0 * 102 / 12).squareRoot()) < 1e-9
    )
    #expect(x.histogram.reduce(0, +) == 101 && x.histogram.count == 12)
    #expect(summary.columns[1].topValues.map(\.count) == [67, 34])
    #expect(summary.target?.index == 2)
    let c = try #require(summary.targetAssociations.first { $0.first == "c" })
    #expect(c.measure == .ratio && c.value < 0.05)
  }

  /// Of thousands of different texts the most frequent eight are found, equally frequent ones by name.
  @Test func mostFrequentOfMany() throws {
    let random = Philox(seed: 3, path: "texts")
    let cells = (0..<6000).map {
      "t\(min(random.integer(UInt64($0), below: 3000), random.integer(UInt64($0 + 9999), below: 3000)))"
    }
    let table = try parse("a,y\n" + cells.enumerated().map { "\($1),\($0 % 2)\n" }.joined())
    let counts = Dictionary(cells.map { ($0, 1) }, uniquingKeysWith: +)
    let expected = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
    let found = try DataSummary(table).columns[0]
    #expect(found.topValues.map(\.name) == expected.map(\.key))
    #expect(found.topValues.map(\.count) == expected.map(\.value) && found.distinctCount == counts.count)
  }

  @Test func leaksAndCopiesAreNoted() throws {
    let table = try parse(
      (["x,copy,leak,y"]
        + (0..<60).map { "\($0 * 37 % 61),\($0 * 37 % 61 * 2),\($0 % 2 == 0 ? "p" : "q"),\($0 % 2)" })
        .joined(separator: "\n"))
    let summary = try DataSummary(table)
    #expect(summary.notes.contains { $0.contains("\"leak\" alone tells the target") })
    #expect(
      summary.notes.contains { $0.contains("\"x\"") && $0.contains("\"copy\"") && $0.contains("the same") })
    #expect(summary.pairs.first.map { abs($0.value - 1) < 1e-12 } == true)
    #expect(summary.classCounts.map(\.count) == [30, 30])
  }

  @Test func aTableThatCannotBeLearntIsDescribedStill() throws {
    let table = try parse("a,b\n1,x\n1,x\n")
    let summary = try DataSummary(table)
    #expect(summary.target == nil && summary.duplicateRowCount == 1)
    #expect(summary.notes.contains { $0.hasPrefix("no target") })
    #expect(message { _ = try DataSummary(table, target: "c") }.contains("\"c\""))
    #expect(try DataSummary(parse("a\n1\n")).lines().count > 2)
  }

  @Test func linesFitATerminal() throws {
    for name in ["iris", "fish", "moons"] {
      guard case .table(let table) = try DataSource.open(name).content else { continue }
      let lines = try DataSummary(table).lines()
      #expect(lines.allSatisfy { $0.hasPrefix("  ·") || $0.count <= 100 })
      #expect(lines[0].contains("\(table.rowCount) rows"))
    }
  }

  @Test func extremeNumbersAreDescribed() throws {
    let table = try parse("x,y\n1.7e308,1\n-1.7e308,2\n5e-324,3\n0,4\n,5\n")
    let lines = try DataSummary(table).lines()
    #expect(lines.contains { $0.contains("1.7e308") })
  }
}
