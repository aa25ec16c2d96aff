import ApusCore
import ApusData
import Testing

/// Dates as people write them.
@Suite struct WrittenDateTests {
  private func summary(_ cells: [String], _ format: TableFormat = TableFormat()) throws -> DataSummary {
    let table = try parse(
      (["when\tx\ty"] + cells.enumerated().map { "\($0.element)\t\($0.offset % 7)\t\($0.offset % 2)" })
        .joined(separator: "\n"), format)
    return try DataSummary(table)
  }

  @Test(arguments: [
    "2024-03-09", "2024/3/9", "20240309", "2024-03-09T14:05:07Z", "2024-03-09 14:05:07.123+02:00",
    "2024-03-09T14:05:07,123Z", "20240309T140507Z", "202403091405", "9.3.2024", "9. 3. 2024", "9. März 2024",
    "9 March 2024", "March 9, 2024", "Mar 9th, 2024", "Saturday, 9 March 2024",
    "Sat, 09 Mar 2024 14:05:07 GMT",
    "9 mars 2024", "9 de marzo de 2024", "9 marzo 2024", "9 de março de 2024", "9 maart 2024", "9 marca 2024",
    "09-Mar-24", "2024-Mar-09", "3/9/2024 2:05 PM", "3/9/2024 2:05:07 p.m.", "9 mars 2024 14h05",
  ])
  func one(_ cell: String) throws {
    let order: TableFormat.DateOrder = cell.hasPrefix("3/9") ? .monthDayYear : .dayMonthYear
    let column = try summary([cell, "2024-01-20", "2024-05-21", "2023-12-23"], TableFormat(dateOrder: order))
      .columns[0]
    #expect(column.kind == .date && column.missingCount == 0)
    let alone = try summary([cell, cell], TableFormat(dateOrder: order, columns: ["when": .date])).columns[0]
    #expect(alone.firstDate?.hasPrefix("2024-03-09") == true)
    #expect(
      (alone.firstDate == "2024-03-09 14:05")
        == (cell.contains("05") && cell.contains("14") || cell.contains("2:05")))
  }

  @Test(arguments: [
    "1.2.3.4", "555-12-2020", "12:30", "2024-13-01", "31 February 2024", "10 20 30", "2020-21",
    "version 2.0.2020",
    "9 nonsense 2024", "2024-03-09 25:00",
  ])
  func none(_ cell: String) throws {
    #expect(try summary([cell] + (0..<11).map { "text \($0)" }).columns[0].kind != .date)
    #expect(try summary([String](repeating: cell, count: 4) + ["\(cell)x"]).columns[0].kind != .date)
  }

  @Test func monthsAlone() throws {
    for cells in [
      ["2024-01", "2024-02", "2023-12"], ["January 2024", "Feb 2024", "Dezember 2023"],
      ["01/2024", "12/2023", "02/2024"],
    ] {
      let column = try summary(cells).columns[0]
      #expect(column.kind == .date && column.firstDate == "2023-12-01" && column.lastDate == "2024-02-01")
    }
  }

  @Test func aRangeIsDescribed() throws {
    let lines = try summary(["2024-03-09", "2021-01-02", "2023-05-06"]).lines()
    #expect(lines.contains { $0.contains("2021-01-02 … 2024-03-09") })
  }

  @Test func dayAndMonthAreSettable() throws {
    let cells = (0..<20).map { "\($0 % 12 + 1)/\(($0 * 5) % 12 + 1)/2021" }
    let open = try summary(cells)
    #expect(
      open.notes.contains {
        $0.contains("either way round; read as month, day, year (otherwise: --date-order dayMonthYear)")
      })
    let asked = try parse(
      (["when"] + cells).joined(separator: "\n"), TableFormat(dateOrder: .dayMonthYear))
    #expect(TableSchema.describing(asked).columns[0].dateOrder == .dayMonthYear)
    #expect(asked.notes.isEmpty)
    // What the rows show goes without a word.
    let shown = try summary(cells + ["25/12/2021"])
    #expect(!shown.notes.contains { $0.contains("either way round") })
  }

  /// A model of days before months reads dates that begin with the year.
  @Test func isoIsReadAlways() throws {
    let rows = (0..<60).map { "\($0 % 28 + 1)/\($0 % 12 + 1)/202\($0 % 4),\($0 % 12)" }
    let task = try parse((["when,temp"] + rows).joined(separator: "\n")).task(task: .regression)
    let fitted = try task.fit(task.unsplit().training)
    let months = fitted.preprocessing.featureNames.firstIndex(of: "when: month") ?? 0
    func month(_ text: String) throws -> Float {
      let new = try parse("when\n\(text)\n", fitted.preprocessing.format)
      let encoded = try fitted.apply(to: new)
      #expect(encoded.notes.isEmpty && new.notes.isEmpty)
      return encoded.dataset.features[months]
    }
    let march = try month("2019-03-05")
    #expect(try month("5/3/2019") == march && month("20190305") == march && month("5 March 2019") == march)
    #expect(try month("3/5/2019") != march)
  }

  @Test func oddCellsAmongDates() throws {
    var cells = (0..<60).map { "2024-0\($0 % 9 + 1)-1\($0 % 10)" }
    cells[20] = "unknown"
    let one = try summary(cells)
    #expect(one.columns[0].kind == .date && one.columns[0].missingCount == 1)
    #expect(one.notes.contains { $0.contains("is dates, but holds \"unknown\" in row 21; read as missing") })
    for row in 30..<50 { cells[row] = "n.d." }
    let word = try summary(cells)
    #expect(word.columns[0].missingCount == 21)
    #expect(word.notes.contains { $0.contains("\"n.d.\" in 20 of 60 rows, read as missing") })
  }
}
