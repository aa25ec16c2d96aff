import ApusCore

/// Whole files of text.
enum TextFile {
  /// The text of a file in UTF-8, UTF-16 or Windows-1252, plain or gzipped. A byte-order mark is no part of it.
  ///
  /// - Parameter isNamed: whether its name says that it is a text: it may then hold HTML, JSON or XML.
  /// - Returns: also a note for the user where it isn't in UTF-8.
  /// - Throws: an error that names the file: it is in a format of another kind, or in another encoding.
  static func read(
    _ file: FileBytes, isNamed: Bool
  ) throws(ApusError) -> (text: String, note: String?) {
    let expanded =
      file.withBytes({ Gzip.isGzip($0) })
      ? FileBytes.copy(of: try Gzip.inflateAll(file), name: file.name) : file
    var (plain, note) = TextEncoding.withoutUTF16(expanded)
    try plain.withBytes { (bytes) throws(ApusError) in
      try ForeignFormat.refuse(bytes, name: file.name, expected: isNamed ? .text : .nothing)
    }
    if plain.text == nil, let converted = TextEncoding.fromWindows1252(plain) {
      (plain, note) = (converted, TextEncoding.windows1252Note)
    }
    guard var text = plain.text else {
      throw ApusError(
        "the file is neither UTF-8 nor Windows-1252 text", at: file.name, fix: "convert it to UTF-8")
    }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    return (text, note)
  }

  /// Returns whether a file's name says that it is a text: `.txt`, `.text` or `.md`, also before `.gz`.
  static func hasName(_ path: String) -> Bool { names.contains(ending(of: path)) }

  /// Returns whether a file's name says that it is a table.
  static func hasNameOfTable(_ path: String) -> Bool { tableNames.contains(ending(of: path)) }

  private static let names = ["txt", "text", "md"]
  private static let tableNames = ["csv", "tsv", "tab", "psv", "dat", "data"]

  private static func ending(of path: String) -> String {
    let plain = path.lowercased().hasSuffix(".gz") ? path.dropLast(3) : path[...]
    let name = plain.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }
}
