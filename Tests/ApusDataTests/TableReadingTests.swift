import ApusCore
import ApusData
import Testing

@Suite struct TableReadingTests {
  @Test(arguments: [",", ";", "\t", "|", " , ", " ; ", " | "])
  func delimiterIsDetected(_ mark: String) throws {
    let rows = [["name", "size", "kind"], ["ann", "1.5", "x"], ["bob", "2.5", "y"], ["eve", "-3e2", "x"]]
    let table = try parse(rows.map { $0.joined(separator: mark) }.joined(separator: "\n"))
    #expect(table.names == ["name", "size", "kind"])
    #expect(table.numbers(1) == [1.5, 2.5, -300])
    #expect(table.texts(2) == ["x", "y", "x"])
    #expect(table.hasHeader)
  }

  /// With its square in time, this would take minutes.
  @Test func manyNamesThatAreAlikeAreMadeDistinct() throws {
    let count = 60_000
    let row = String(repeating: "1,", count: count) + "x\n"
    let table = try Table.parse(
      Array((String(repeating: "a,", count: count) + "a (2)\n" + row + row).utf8), name: "t")
    let names = table.columns.map(\.name)
    #expect(Set(names).count == count + 1)
    #expect(names.prefix(3) == ["a", "a (2)", "a (3)"] && names[count - 1] == "a (\(count))")
    #expect(names.last == "a (2) (2)")
  }

  /// The same letter in one character and in two: one class for whoever reads the table, and described without a trap.
  @Test func spellingsOfOneLetterAreOneText() throws {
    let rows = (0..<12).map { "\($0 % 5),\($0 % 3 == 0 ? "\u{e9}" : $0 % 3 == 1 ? "e\u{301}" : "z")" }
    let table = try parse((["size,kind"] + rows).joined(separator: "\n"))
    guard case .texts(let codes, let values) = table.columns[1].cells else {
      Issue.record("no texts")
      return
    }
    #expect(values == ["é", "z"])
    #expect(Set(codes) == [0, 1] && codes.count { $0 == 0 } == 8)
    #expect(try DataSummary(table).classCounts.map(\.count) == [4, 8])
  }

  @Test func blanksSeparateWhereNothingElseDoes() throws {
    let table = try parse("a   b  c\n1   2  3 \n 4 5 6\n")
    #expect(table.names == ["a", "b", "c"])
    #expect(table.numbers(2) == [3, 6])
  }

  @Test func quotesHoldDelimitersLineEndsAndQuotes() throws {
    let table = try parse("a,b\r\n\"x, \"\"y\"\"\r\nz\",1\r\n\"plain\" , 2\r\n5\" pipe,3\r\n\"a\"b,4\r\n")
    #expect(table.texts(0) == ["x, \"y\"\r\nz", "plain", "5\" pipe", "\"a\"b"])
    #expect(table.numbers(1) == [1, 2, 3, 4])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) throws {
    let table = try parse(["a,b", "1,2", "", "  ", "3,4"].joined(separator: end))
    #expect(table.numbers(0) == [1, 3])
    #expect(table.numbers(1) == [2, 4])
  }

  @Test func byteOrderMark() throws {
    #expect(try parse("\u{FEFF}a,b\n1,2\n").names == ["a", "b"])
  }

  @Test func missingValues() throws {
    let table = try parse("a,b\n?,x\nNA,NULL\nnan,\n,n/a\nNaN,null\n1,y\n\"\",\"\"\n")
    #expect(table.columns[0].missingCount == 6)
    #expect(table.columns[1].missingCount == 5)
    #expect(table.numbers(0)[5] == 1)
    let settable = try parse("a\n1\n-9\n2\n", TableFormat(missingTexts: ["-9"]))
    #expect(settable.columns[0].missingCount == 0, "a number is a number")
    #expect(try parse("a,b\nx,1\nnone,2\nx,3\n", TableFormat(missingTexts: ["none"])).texts(0)[1] == nil)
  }

  @Test func headerIsDetected() throws {
    #expect(try !parse("1,2\n3,4\n").hasHeader)
    #expect(try parse("1,2\n3,4\n").names == ["1", "2"])
    #expect(try parse("x,y\n3,4\n").hasHeader)
    #expect(try !parse("red,1\nblue,2\nred,3\n").hasHeader)
    #expect(try parse("color,shape\nred,round\nblue,square\nred,square\n").hasHeader)
    #expect(try !parse("red,round\nblue,square\nred,square\n").hasHeader)
    #expect(try parse("1,2\n3,4\n", TableFormat(hasHeader: true)).names == ["1", "2"])
    #expect(try parse("x,y\n3,4\n", TableFormat(hasHeader: false)).rowCount == 2)
    #expect(try parse("a,b\nred,blue\n", TableFormat(expectedNames: ["b", "a"])).rowCount == 1)
  }

  @Test func namesInTheHeader() throws {
    let twice = try parse("a,a,,a\n1,2,3,4\n5,6,7,8\n")
    #expect(twice.names == ["a", "a (2)", "3", "a (3)"])
    #expect(twice.notes.contains { $0.contains("occur twice") && $0.contains("a (2)") })
    let trailing = try parse("a,b,\n1,2\n3,4\n")
    #expect(trailing.names == ["a", "b"])
    let empty = try parse("a,b,\n1,2,\n3,4,\n")
    #expect(empty.names == ["a", "b", "3"])
    #expect(empty.columns[2].missingCount == 2)
    #expect(try parse("a,b\n1,2,\n3,4,\n").numbers(1) == [2, 4])
  }

  @Test func decimalCommas() throws {
    let european = try parse("x;y\n1,5;2,25\n-3,125;1.234,5\n")
    #expect(european.numbers(0) == [1.5, -3.125])
    #expect(european.numbers(1) == [2.25, 1234.5])
    let american = try parse("x,y\n\"1,234.5\",a\n\"12,000\",b\n")
    #expect(american.numbers(0) == [1234.5, 12000])
    #expect(try parse("x,y\n\"1,5\",a\n\"2,5\",b\n").numbers(0) == [1.5, 2.5])
    #expect(try parse("x;y\n1,234;1\n5,678;2\n").numbers(0) == [1.234, 5.678])
    let style = TableFormat.NumberStyle(decimalMark: ".", groupMark: ",")
    #expect(try parse("x;y\n1,234;1\n5,678;2\n", TableFormat(numberStyle: style)).numbers(0) == [1234, 5678])
    #expect(try parse("x;y\n1.234.567;1\n5.678.901;2\n").numbers(0) == [1_234_567, 5_678_901])
    #expect(try parse("x,y\n1'234.5,1\n5'678.5,2\n").numbers(0) == [1234.5, 5678.5])
  }

  @Test func signsOfUnits() throws {
    let table = try parse("price,share,cost\n\"$1,234.50\",12%,5 €\n$3,7.5 %,6.5 €\n")
    #expect(table.numbers(0) == [1234.5, 3])
    #expect(table.numbers(1) == [12, 7.5])
    #expect(table.numbers(2) == [5, 6.5])
    #expect(try parse("a,b\n%,1\n$,2\n").texts(0) == ["%", "$"])
  }

  @Test func strayTextAmongNumbersIsReported() throws {
    var lines = ["a,age"] + (0..<40).map { "\($0),\($0 + 20)" }
    lines[17] = "16,abc"
    let table = try parse(lines.joined(separator: "\n"))
    #expect(table.numbers(1)[16].isNaN)
    #expect(table.columns[1].strays == [Table.Column.Stray(row: 16, text: "abc")])
    #expect(table.notes.contains { $0.contains("column 2 \"age\"") && $0.contains("\"abc\" in row 17") })
  }

  @Test func textsAfterManyNumbersMakeAColumnOfTexts() throws {
    let lines = ["a,b"] + (0..<500).map { "\($0),1" } + (0..<100).map { "t\($0 % 7),2" }
    let table = try parse(lines.joined(separator: "\n"))
    #expect(table.texts(0)[3] == "3")
    #expect(table.texts(0)[500] == "t0")
    #expect(table.numbers(1).reduce(0, +) == 700)
  }

  @Test func numbersAfterManyTextsAreFound() throws {
    let lines = ["a,b"] + ["x,1", "y,2", "z,3"] + (0..<2000).map { "\($0),4" }
    let table = try parse(lines.joined(separator: "\n"))
    #expect(table.numbers(0)[3 + 7] == 7)
    #expect(table.columns[0].strayCount == 3)
  }

  @Test func codesKeepTheirZeros() throws {
    let table = try parse("zip,month\n02139,01\n10001,02\n00501,12\n")
    #expect(table.texts(0) == ["02139", "10001", "00501"])
    #expect(table.numbers(1) == [1, 2, 12])
    #expect(try parse("a,b\n1,2\n3,4\n", TableFormat(columns: ["a": .category])).texts(0) == ["1", "3"])
  }

  @Test func raggedRows() throws {
    let short = try parse("a,b,c\n1,2,3\n4,5\n6,7,8\n")
    #expect(short.numbers(2)[1].isNaN)
    #expect(short.notes.contains { $0.contains("row 2") })
    let long = message { _ = try parse("a,b\n1,2\n3,4,5\n") }
    #expect(long.contains("t.csv, row 2") && long.contains("expected 2 fields"))
  }

  @Test(arguments: [
    ("", "empty"), ("\n\n  \n", "empty"), ("a,b\n", "no rows"), ("\u{FEFF}", "empty"),
    ("a,b\n1,\u{0}\n", "binary"), ("PK\u{3}\u{4}...", "zip file is damaged"),
    ("a,b\n1,\"x\n2,3\n", "never closed"),
  ])
  func refused(_ text: String, _ problem: String) {
    let text = message { _ = try parse(text) }
    #expect(text.hasPrefix("t.csv") && text.contains(problem), "\(text)")
  }

  @Test func bytesOfNoEncodingAreAnErrorWithTheirPlace() {
    let bytes = Array("a,b\n1,x\n2,".utf8) + [0x81, 0x74] + Array("\n".utf8)
    let text = message { _ = try Table.parse(bytes, name: "t.csv") }
    #expect(text.contains("row 2, column 2 \"b\"") && text.contains("UTF-8"))
  }

  @Test func oneRowAndOneColumn() throws {
    #expect(try parse("1,2,3").rowCount == 1)
    #expect(try parse("a\n1\n2\n").numbers(0) == [1, 2])
    #expect(try parse("1\n2\n3").numbers(0) == [1, 2, 3])
  }

  @Test func rowsLongerThanTheSample() throws {
    let width = 60_000
    let names = (0..<width).map { "n\($0)" }.joined(separator: ",")
    let row = (0..<width).map { "\($0 % 977)" }.joined(separator: ",")
    let table = try parse([names, row, row].joined(separator: "\n"))
    #expect(table.columns.count == width && table.rowCount == 2)
    #expect(table.numbers(59_999) == [Double(59_999 % 977), Double(59_999 % 977)])
  }

  @Test func moreRowsThanABlock() throws {
    let lines = ["a,b"] + (0..<5000).map { "\($0),\(Double($0) / 8)" }
    let table = try parse(lines.joined(separator: "\n"))
    #expect(table.rowCount == 5000)
    #expect(table.numbers(0) == (0..<5000).map { Double($0) })
    #expect(table.numbers(1)[4999] == 4999.0 / 8)
  }

  @Test func filesPlainAndGzipped() throws {
    let folder = try TemporaryFolder()
    let bytes = Array("a,b\n1,x\n2,y\n".utf8)
    let plain = try folder.write("plain.csv", bytes)
    let packed = try folder.write("packed.csv.gz", gzip(bytes))
    #expect(try Table.read(plain).numbers(0) == [1, 2])
    #expect(try Table.read(packed).texts(1) == ["x", "y"])
    #expect(message { _ = try Table.read("\(folder.path)/none.csv") }.contains("No such file"))
    #expect(message { _ = try Table.read(folder.path) }.contains("folder"))
    let cut = try folder.write("cut.csv.gz", Array(gzip(bytes).dropLast(10)))
    #expect(message { _ = try Table.read(cut) }.contains("truncated"))
  }

  @Test func aMappedFileReadsLikeASmallOne() throws {
    let folder = try TemporaryFolder()
    let lines = ["a,b"] + (0..<600_000).map { "\($0),0.5" }
    let path = try folder.write("big.csv", Array(lines.joined(separator: "\n").utf8))
    let table = try Table.read(path)
    #expect(table.rowCount == 600_000)
    #expect(table.numbers(0).reduce(0, +) == 599_999 * 300_000)
  }
}
