import ApusCore

/// Whole files of text.
enum TextFile {
  /// The text of a UTF-8 file, plain or gzipped; `-` is standard input. A byte-order mark is no part of it.
  ///
  /// - Throws: an error that names the file: it cannot be read, or is no UTF-8.
  static func read(_ path: String) throws(ApusError) -> String {
    let file = try FileBytes.open(path)
    let name = path == "-" ? "standard input" : path
    let text =
      if file.withBytes({ Gzip.isGzip($0) }) {
        String(validating: try Gzip.inflateAll(file, name: name), as: UTF8.self)
      } else {
        file.withBytes { String(validating: $0, as: UTF8.self) }
      }
    guard var text else { throw ApusError("the file is no UTF-8 text", at: name, fix: "convert it to UTF-8") }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    return text
  }

  /// Whether a file's name says that it is a text: `.txt`, `.text` or `.md`, also before `.gz`.
  static func hasName(_ path: String) -> Bool { names.contains(ending(of: path)) }

  /// Whether a file's name says that it is a table.
  static func hasNameOfTable(_ path: String) -> Bool { tableNames.contains(ending(of: path)) }

  private static let names = ["txt", "text", "md"]
  private static let tableNames = ["csv", "tsv", "tab", "psv", "dat", "data"]

  private static func ending(of path: String) -> String {
    let plain = path.lowercased().hasSuffix(".gz") ? path.dropLast(3) : path[...]
    let name = plain.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }
}
