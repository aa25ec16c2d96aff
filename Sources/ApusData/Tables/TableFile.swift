import ApusCore

/// A file with a table, brought to delimited text in UTF-8: expanded, out of its archive, from another encoding, from JSON.
struct TableFile {
  private let file: FileBytes
  /// The delimited text.
  var bytes: FileBytes { file }
  private let notes: [String]
  /// A Boolean value that indicates whether the file was delimited text, so that header, delimiter and decimal mark
  /// have a meaning.
  let isDelimited: Bool

  /// - Throws: an error that names the file when an archive is damaged, or holds several tables or none; when JSON is no
  ///   table.
  ///
  /// - Parameter scratch: a path that is free, for what is expanded; memory when nil.
  init(_ source: FileBytes, scratch: String? = nil) throws(ApusError) {
    var file = source
    var notes: [String] = []
    if file.withBytes({ ZipArchive.isZip($0) }) {
      guard let (member, others) = try Self.member(file) else {
        // An office document, which says so.
        (self.file, self.notes, isDelimited) = (file, [], true)
        return
      }
      file = member
      if others > 0 {
        notes.append("\(counted(others, "other file")) in the archive \(others == 1 ? "is" : "are") left out")
      }
    }
    if file.withBytes({ Gzip.isGzip($0) }) {
      file = try Gzip.inflated(file, scratch: scratch)
    }
    let (plain, note) = TextEncoding.withoutUTF16(file)
    if let note { notes.append(note) }
    if let (csv, more) = try JSONRecords.table(plain) {
      (self.file, self.notes, isDelimited) = (csv, notes + more, false)
    } else {
      (self.file, self.notes, isDelimited) = (plain, notes, true)
    }
  }

  /// - Parameter output: the file for the columns' cells, which need not fit in memory then; nil for memory.
  func table(
    _ format: TableFormat, into output: RegionFile? = nil, watch: TableReader.Watch? = nil
  ) throws(ApusError) -> Table {
    var format = format
    if !isDelimited { (format.hasHeader, format.delimiter, format.numberStyle) = (true, ",", .plain) }
    var table = try TableReader.read(file, name: file.name, format: format, into: output, watch: watch)
    table.notes = notes + table.notes
    return table
  }

  private static let endings = ["csv", "tsv", "tab", "psv", "txt", "dat", "data", "json", "jsonl", "ndjson"]

  /// The one table of a zip archive.
  ///
  /// - Returns: nil for an archive that has no table by its name, as office documents; also how many other files it has.
  private static func member(_ file: FileBytes) throws(ApusError) -> (FileBytes, others: Int)? {
    let archive = try ZipArchive(file, name: file.name)
    let members = archive.members.filter { member in
      let last = member.name.split(separator: "/").last ?? ""
      return !member.name.hasSuffix("/") && !member.name.hasPrefix("__MACOSX") && !last.hasPrefix(".")
    }
    guard !members.contains(where: { $0.name == "[Content_Types].xml" || $0.name == "mimetype" }) else {
      return nil
    }
    let tables = members.filter { member in
      let plain = member.name.lowercased()
      return endings.contains { plain.hasSuffix(".\($0)") || plain.hasSuffix(".\($0).gz") }
    }
    // A readme beside a table is none.
    let named = tables.filter { !$0.name.lowercased().hasSuffix(".txt") }
    let candidates = named.isEmpty ? tables : named
    guard let table = candidates.first else { return nil }
    guard candidates.count == 1 else {
      let list = candidates.prefix(5).map { "“\($0.name)”" }.joined(separator: ", ")
      throw ApusError(
        "is a zip archive of \(candidates.count) tables: \(list)", at: file.name, expected: "a single table",
        fix: "expand it with unzip, and name one of them")
    }
    return (FileBytes.copy(of: try archive.bytes(of: table), name: file.name), members.count - 1)
  }
}
