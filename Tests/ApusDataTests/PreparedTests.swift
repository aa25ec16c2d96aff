import ApusCore
import ApusData
import Testing

/// A prepared table is the table, to the bit.
@Suite struct PreparedTests {
  /// Numbers, skewed and with gaps, words for yes and no, categories with a rare one, dates, codes, a free text and a column
  /// that looks like texts at first: the whole of it decides.
  static func csv(_ rows: Int) -> String {
    let random = Philox(seed: 8, path: "prepared")
    var lines = ["size,price,open,kind,sold,code,remark,late,y"]
    for row in 0..<rows {
      let normal = random.normal(UInt64(row))
      let late = row < 450 ? "n/a" : "\(row).5"
      lines.append(
        [
          row % 9 == 4 ? "" : "\(normal)", "\(Mathematics.exp(3 * normal))", row % 3 == 0 ? "yes" : "no",
          row == 7 ? "rare" : ["a", "b", "\"c, d\""][row % 3], "2024-0\(row % 9 + 1)-1\(row % 10)",
          row % 50 == 3 ? "?" : "00\(row % 7)", "text of row \(row * 37 % rows)", late,
          "\(2 * normal + Double(row % 3))",
        ].joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func prepared(_ text: String, _ folder: TemporaryFolder) throws -> (
    csv: Table, prepared: DataSource
  ) {
    let path = try folder.write("t.csv", Array(text.utf8))
    let out = folder.path("t.apus")
    _ = try DataSource.prepare(path, to: out)
    return (try Table.read(path), try DataSource.open(out))
  }

  @Test(arguments: [20, 900, 30_000])
  func theTableComesBack(_ rows: Int) throws {
    let folder = try TemporaryFolder()
    let (table, source) = try prepared(Self.csv(rows), folder)
    guard case .table(let found) = source.content else {
      Issue.record("no table")
      return
    }
    #expect(found.rowCount == table.rowCount && found.hasHeader && found.notes == table.notes)
    #expect(found.columns.map(\.name) == table.columns.map(\.name))
    #expect(found.columns.map(\.format) == table.columns.map(\.format))
    for (column, other) in zip(found.columns, table.columns) {
      #expect(column.strays == other.strays && column.strayCount == other.strayCount)
      switch (column.cells, other.cells) {
      case (.numbers(let a), .numbers(let b)):
        #expect(a.map(\.bitPattern) == b.map(\.bitPattern), "\(column.name)")
      case (.texts(let a, let values), .texts(let b, let others)):
        #expect(Array(a) == Array(b) && values == others, "\(column.name)")
      default: Issue.record("\(column.name) is of another kind")
      }
    }
    #expect(source.fingerprint() == DataSource(name: "t", origin: "t", content: .table(table)).fingerprint())
    #expect(found.duplicateRowCount() == table.duplicateRowCount())
  }

  /// What is fitted, and what each batch holds, has the bits of the table in memory.
  @Test func fittedAndEncodedAlike() throws {
    let folder = try TemporaryFolder()
    let (table, source) = try prepared(Self.csv(30_000), folder)
    guard case .table(let found) = source.content else { throw ApusError("no table") }
    #expect(found.isMapped && !table.isMapped)
    let (a, b) = (try table.task(target: "y"), try found.task(target: "y"))
    #expect(a.notes == b.notes && a.rows == b.rows)
    let split = try a.split(Split.Options(seed: 3))
    #expect(try b.split(Split.Options(seed: 3)) == split)
    let (fitted, other) = (try a.fit(split.training), try b.fit(split.training))
    #expect(fitted == other)
    let (encoded, lazily) = (try fitted.apply(to: table), try other.apply(to: found))
    #expect(encoded.notes == lazily.notes && encoded.rowsWithTarget == lazily.rowsWithTarget)
    #expect(encoded.dataset.features.map(\.bitPattern) == lazily.dataset.features.map(\.bitPattern))
    let rows = [5, 29_999, 0, 5, 17]
    let (x, y) = (try encoded.dataset.batch(rows).arrays(), try lazily.dataset.batch(rows).arrays())
    #expect(x.inputs == y.inputs && x.values == y.values && x.count == 5)
  }

  @Test func gzippedAndWithoutAHeader() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.csv.gz", gzip(Array("1;2,5;x\n3;4,5;y\n\n5;6,5;x\n".utf8)))
    _ = try DataSource.prepare(path, to: folder.path("t.apus"))
    guard case .table(let table) = try DataSource.open(folder.path("t.apus")).content else {
      throw ApusError("no table")
    }
    #expect(!table.hasHeader && table.numbers(1) == [2.5, 4.5, 6.5] && table.texts(2) == ["x", "y", "x"])
    // Nothing of what was expanded on the way is left.
    #expect(folder.names().sorted() == ["t.apus", "t.csv.gz"])
  }

  /// A damaged file is an error that names it, whatever is damaged.
  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.csv", Array(Self.csv(40).utf8))
    let out = folder.path("t.apus")
    _ = try DataSource.prepare(path, to: out)
    let bytes = try FileBytes.open(out).withBytes { Array($0) }
    var damaged = [Array(bytes.prefix(40)), Array(bytes.dropLast(1)), Array(bytes.prefix(8))]
    for place in [8, 17, 25] {
      var copy = bytes
      copy[place] ^= 0xFF
      damaged.append(copy)
    }
    for (number, copy) in damaged.enumerated() {
      let other = folder.path("d\(number).apus")
      try AtomicFile.write(other, copy)
      #expect(throws: ApusError.self, "\(number)") { try DataSource.open(other) }
    }
    try forEachDamaged(out, count: 300, changes: 3, seed: 1) { other in
      // Whatever it is, nothing traps.
      if case .table(let table)? = try? DataSource.open(other).content { _ = try? table.task(target: "y") }
    }
  }

  /// What is interrupted or wrong leaves nothing.
  @Test func nothingIsLeftHalfWritten() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.csv", Array(Self.csv(200_000).utf8))
    #expect(throws: ApusError.self) {
      try DataSource.prepare(path, to: folder.path("t.apus")) { (_, _) throws(ApusError) in
        throw ApusError("interrupted")
      }
    }
    let bad = try folder.write("bad.csv", Array("a,b\n1,2\n3,4,5\n".utf8))
    #expect(throws: ApusError.self) { try DataSource.prepare(bad, to: folder.path("t.apus")) }
    #expect(folder.names().sorted() == ["bad.csv", "t.csv"])
  }
}
