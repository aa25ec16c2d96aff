package import ApusCore

/// The making of a prepared file from data as people have it.
package struct Preparation: Sendable {
  /// The rows, columns and bytes of what was made, and what was noted on reading.
  package struct Result: Sendable {
    package var rows: Int
    package var columns: Int
    /// The bytes of the file.
    package var size: Int
    package var notes: [String]
  }

  /// Hears the step in progress and the part of it that is done, from 0 to 1; ends the preparation by throwing.
  package typealias Watch = (_ step: String, _ part: Double) throws(ApusError) -> Void

  /// Writes the table of a CSV file, or of another that holds a table, as typed columns.
  ///
  /// Two walks over the file, the second over those columns alone that turn out to be something else than they looked like;
  /// the memory that it takes depends on the columns' different texts, and on nothing else.
  ///
  /// - Throws: as ``Table/read(_:format:)``; when the output's disk has no room for it. The output is whole or not there.
  package static func table(
    _ path: String, to output: String, format: TableFormat = TableFormat(), watch: Watch? = nil
  ) throws(ApusError) -> Result {
    let source = try FileBytes.open(path)
    guard !source.withBytes({ PreparedFile.isPrepared($0) }) else {
      throw ApusError("is prepared already", at: path, expected: "a table", fix: "use it as it is")
    }
    try requireRoom(for: source, output)
    let opened = try TableFile(source, scratch: "\(output).text")
    return try write(opened, to: output, format: format, watch: watch)
  }

  private static func write(
    _ opened: TableFile, to output: String, format: TableFormat, watch: Watch? = nil
  ) throws(ApusError) -> Result {
    // Of what was expanded more is known now.
    try requireRoom(for: opened.bytes, output)
    let file = try RegionFile(output, header: PreparedFile.headerSize)
    let steps = ["reading", "reading again"]
    // A function of its own: a closure within a closure that throws an error of a type crashes the compiler (6.3.1).
    func tell(_ pass: Int, _ part: Double) throws(ApusError) { try watch?(steps[pass - 1], part) }
    let table = try opened.table(format, into: file, watch: watch == nil ? nil : tell)
    try watch?("checking", 0)
    let stored = Table.StoredFacts(
      fingerprint: table.fingerprint(), duplicateRows: try table.duplicateRowCount(in: file))
    try watch?("checking", 1)
    let directory = PreparedFile.Directory(table: try TableDirectory(table, in: file, stored))
    try PreparedFile.finish(file, directory)
    return Result(
      rows: table.rowCount, columns: table.columns.count, size: Files.status(at: output)?.size ?? 0,
      notes: table.notes)
  }

  // MARK: Data that would not fit

  /// The table of a file by way of a prepared file in the cache folder, where it would not fit in memory: the prepared file
  /// has no name any more when this returns, and is gone with the table.
  ///
  /// - Returns: nil where the table fits.
  static func tableThatDoesNotFit(
    _ source: FileBytes, format: TableFormat
  ) throws(ApusError) -> (table: Table, isDelimited: Bool)? {
    guard let free = try AvailableMemory.bytes(), source.isMapped || Environment["APUS_MEMORY"] != nil else {
      return nil
    }
    // Columns, features, and as much again for what a run keeps of each row.
    let need = source.preparedSizeEstimate * 2
    guard need > free else { return nil }
    let folder = CacheFolder.path
    try Files.makeFolder(folder)
    AtomicFile.removeRemains(in: folder)
    let output = "\(folder)/\(Files.process)-\(source.count).apus"
    try requireRoom(for: source, output)
    let opened = try TableFile(source, scratch: "\(output).text")
    defer { Files.remove(output) }
    _ = try write(opened, to: output, format: format)
    let file = try FileBytes.open(output)
    var table = try PreparedFile.directory(file).table.table(file)
    table.name = source.name
    table.notes.append(
      "as a table the data takes about \(megabytes(need)) MB, and \(megabytes(free)) MB are free: its columns are in a file "
        + "in \(folder) while this runs (apus prepare writes one to keep)")
    return (table, opened.isDelimited)
  }

  /// - Throws: where the disk has less than 1.2 × what is needed.
  private static func requireRoom(for source: FileBytes, _ output: String) throws(ApusError) {
    let folder = Files.folder(of: output)
    guard let free = Files.freeSpace(in: folder) else { return }
    let need = source.preparedSizeEstimate
    guard Double(free) < 1.2 * Double(need) else { return }
    throw ApusError(
      "the disk has \(megabytes(free)) MB left", at: folder,
      expected:
        "\(megabytes(Int(1.2 * Double(need)))) MB: 1.2 × the \(megabytes(need)) MB that the data takes",
      fix: "free some, or name a file on another disk")
  }

  private static func megabytes(_ bytes: Int) -> String { String((bytes + 999_999) / 1_000_000) }
}

extension FileBytes {
  /// About how many bytes the file's table takes as columns: from the cells of its beginning.
  var preparedSizeEstimate: Int {
    withBytes { bytes in
      let sample = UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 20))
      guard !sample.isEmpty else { return 0 }
      let cells = sample.count { $0 == 10 || $0 == 44 || $0 == 59 || $0 == 9 || $0 == 124 } + 1
      return Int(Double(cells) / Double(sample.count) * 8 * Double(bytes.count)) + 1 << 16
    }
  }
}
