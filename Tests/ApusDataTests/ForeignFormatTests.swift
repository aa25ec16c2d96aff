import ApusCore
import ApusData
import TestSupport
import Testing

/// Files in formats that Apus does not read are refused by their real name, whatever they are called; what it reads is not
/// taken for one of them.
@Suite struct ForeignFormatTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ text: String) { (self.name, bytes) = (name, Array(text.utf8)) }
    init(_ name: String, _ start: [UInt8]) {
      // A zip archive ends with its directory.
      let isZip = start.starts(with: [0x50, 0x4B])
      (self.name, bytes) = (name, start + [UInt8](repeating: 0, count: isZip ? 0 : 64))
    }
  }

  private static let texts = [
    Case(
      "ARFF",
      String(repeating: "% comment\n", count: 3_000) + " @RELATION x\n@ATTRIBUTE a NUMERIC\n@DATA\n1\n"),
    Case("XML", "<rows>\n<row a=\"1\"/>\n</rows>\n"), Case("XML", "<!-- made by hand -->\n<svg></svg>\n"),
    Case("HTML", "<!-- saved from -->\n<html>\n<body>1, 2</body></html>\n"),
    Case("SQL", "-- dump\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n"),
    Case("pickle", "(lp0\nI1\naI2\na."),
    Case("ARFF", "% title\n\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n@ATTRIBUTE y {p,q}\n@DATA\n1,p\n2,q\n"),
    Case("JSON", "{\n  \"a\": [1, 2.5e3, -3],\n  \"y\": {\"p\": null, \"q\": true}\n}\n"),
    Case("JSON lines", "[1, \"p\"]\n[2, \"q\"]\n"),
    Case("JSON", "[1, 2, 3]"), Case("JSON", "\u{FEFF}  [[1, 2], [3, 4]]"),
    Case("LIBSVM", "+1 1:0.5 3:1 7:-2e3 # one\n-1 2:1 3:0.25\n1\n"), Case("LIBSVM", "2 qid:1 1:3 2:5\n"),
    Case("HTML", "\n<!DOCTYPE html>\n<html><body>a,b,c</body></html>\n"), Case("HTML", "<HTML>\n<p>1,2</p>"),
    Case("XML", "<?xml version=\"1.0\"?>\n<rows><row a=\"1\"/></rows>\n"),
    Case(
      "Git LFS",
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
    ),
    Case("git-annex", "/annex/objects/SHA256E-s1048576--4d7a21.csv\n"),
  ]

  private static let binaries = [
    Case("bzip2", [0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    Case("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), Case("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
    Case("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), Case("Parquet", Array("PAR1".utf8)),
    Case("Feather", Array("ARROW1".utf8)), Case("ORC", Array("ORC".utf8)),
    Case("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]),
    Case("SQLite", Array("SQLite format 3\u{0}".utf8)), Case("PDF", Array("%PDF-1.7\n".utf8)),
    Case("GIF", Array("GIF89a\0\0".utf8)),
    Case("GIF", Array("GIF89a".utf8)), Case("pickle", [0x80, 4, 0x95, 10]),
    Case("old Excel workbook", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    Case("Excel workbook", storedZip([("[Content_Types].xml", [60]), ("xl/workbook.xml", [60])])),
    Case(
      "OpenDocument",
      storedZip([
        ("mimetype", Array("application/vnd.oasis.opendocument.spreadsheet".utf8)), ("content.xml", [60]),
      ])
    ), Case("zip archive", storedZip([("table.bin", Array("a,b\n1,2\n".utf8))])),
    Case("zip archive", storedZip([("a.csv", Array("a\n".utf8)), ("b.csv", Array("b\n".utf8))])),
    Case("tar", [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8)),
    Case("safetensors", [16, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":1}         ".utf8)),
  ]

  /// Under any name, gzipped or not.
  @Test(arguments: texts + binaries, ["x.csv", "x", "x.json", "x.gz"])
  func isRefusedByItsName(_ format: Case, _ file: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(file, file.hasSuffix(".gz") ? gzip(format.bytes) : format.bytes)
    let text = message { _ = try DataSource.open(path) }
    #expect(text.hasPrefix(path) && text.contains(": is ") && text.contains(format.name), "\(text)")
    #expect(text.contains("("), "a fix: \(text)")
  }

  /// What a person reads may be wanted as a text: it says so by its name. Pointers and tables are no texts.
  @Test(arguments: texts + binaries)
  func asAText(_ format: Case) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.txt", format.bytes)
    if ["JSON", "JSON lines", "HTML", "XML"].contains(format.name) {
      guard case .text = try DataSource.open(path).content else {
        Issue.record("no text")
        return
      }
    } else {
      #expect(message { _ = try DataSource.open(path) }.contains(format.name))
    }
  }

  /// Tables and texts that begin like one of the formats.
  @Test(arguments: [
    "[a],[b],y\n1,2,p\n3,4,q\n", "[1] a,b\n1,2\n3,4\n", "{a},{b}\n1,2\n3,4\n", "<b>,c\n1,2\n3,4\n",
    "<script>alert(1)</script>,c\n1,2\n3,4\n", "ORCA,PAR1\n1,2\n3,4\n", "BMI,GIF8\n1,2\n2,3\n",
    "version,size\n1,2\n3,4\n", "time\n10:30\n11:45\n", "1 10:30\n2 11:45\n", "@a,@b\n1,2\n3,4\n",
    "\"{\"\"a\"\": 1}\",y\n\"{\"\"a\"\": 2}\",p\n\"{}\",q\n",
  ])
  func tablesAreRead(_ text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.csv", Array(text.utf8))
    guard case .table(let table) = try DataSource.open(path).content else {
      Issue.record("no table")
      return
    }
    #expect(table.rowCount == 2)
  }

  @Test func proseIsRead() throws {
    let folder = try TemporaryFolder()
    for (name, text) in [
      ("x", "[Scene 1]\nEnter, from the left, {two} men.\nOne: Well, well, well.\n"),
      ("x", "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n"),
      ("x.txt", "{not JSON}\n"), ("x.txt", "@relation to his father, he said\nnothing more.\n"),
      ("x.md", "# [Title](x)\n"),
    ] {
      guard case .text = try DataSource.open(try folder.write(name, Array(text.utf8))).content else {
        Issue.record("\(text) is no text")
        continue
      }
    }
  }

  /// A table that is broken further down stays one: it is an error with its row, and no text to train on.
  @Test func aBrokenTableIsNoText() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<50).map { "\($0),\($0 % 3)\n" }.joined()
    let path = try folder.write("broken", Array(("a,b\n" + rows + "1,2,3\n").utf8))
    #expect(message { _ = try DataSource.open(path) }.contains("row 51"))
  }
}
