import ApusCore

/// The making of a prepared file from a table, from images or a text.
package struct Preparation: Sendable {
  /// What was made, and what was noted on reading.
  package struct Result: Sendable {
    package enum Content: Sendable, Equatable {
      case table(rows: Int, columns: Int)
      /// Images of a shape `[height, width, channels]`, and how many more there are for a test.
      case images(count: Int, shape: [Int], test: Int?)
      /// The characters of a text, and how many different ones there are.
      case text(count: Int, characters: Int)
    }

    package var content: Content
    /// The bytes of the file.
    package var size: Int
    package var notes: [String]
  }

  private let file: RegionFile

  /// Begins a file.
  ///
  /// - Parameter bytes: about how many it will take.
  /// - Throws: when the path can't be that of a new file; when its disk has no room for it.
  init(_ output: String, bytes: Int) throws(ApusError) {
    try DiskRoom.require(bytes, for: output)
    file = try RegionFile(output, header: PreparedFile.headerSize)
  }

  /// The file, for what is written while it is read.
  var output: RegionFile { file }

  // MARK: Tables

  /// Writes the table of a CSV file, or of another that holds a table, as typed columns.
  ///
  /// Two walks over the file, the second over those columns alone that turn out to be something else than they looked like;
  /// the memory that it takes depends on the columns' different texts, and on nothing else.
  ///
  /// - Throws: as ``Table/read(_:format:)``; when the output's disk has no room for it. The output is whole or not there.
  static func table(
    _ source: FileBytes, to output: String, format: TableFormat = TableFormat(), watch: ReadingWatch? = nil
  ) throws(ApusError) -> Result {
    try DiskRoom.require(source.preparedSizeEstimate, for: output)
    let opened = try TableFile(source, scratch: "\(output).text")
    return try write(opened, to: output, format: format, watch: watch)
  }

  private static func write(
    _ opened: TableFile, to output: String, format: TableFormat, watch: ReadingWatch? = nil
  ) throws(ApusError) -> Result {
    // Of what was expanded more is known now.
    let preparation = try Preparation(output, bytes: opened.bytes.preparedSizeEstimate)
    let steps = ["reading", "reading again"]
    // A function of its own: a closure within a closure that throws an error of a type crashes the compiler (6.3.1).
    func tell(_ pass: Int, _ part: Double) throws(ApusError) { try watch?(steps[pass - 1], part) }
    let table = try opened.table(format, into: preparation.file, watch: watch == nil ? nil : tell)
    return try preparation.finish(table, watch: watch)
  }

  /// Writes a table whose cells are in the file, or in memory.
  func finish(_ table: Table, watch: ReadingWatch? = nil) throws(ApusError) -> Result {
    try watch?("checking", 0)
    let stored = Table.StoredFacts(
      fingerprint: table.fingerprint(), duplicateRows: try table.duplicateRowCount(in: file))
    try watch?("checking", 1)
    return try finish(
      PreparedFile.Directory(table: try TableDirectory(table, in: file, stored)),
      .table(rows: table.rowCount, columns: table.columns.count), table.notes)
  }

  // MARK: Images and texts

  /// Writes images whose pixels are in the file, or in memory.
  func finish(_ images: ImageSet, notes: [String]) throws(ApusError) -> Result {
    try finish(
      PreparedFile.Directory(images: try ImageDirectory(images, in: file, notes: notes)),
      .images(count: images.count, shape: images.inputShape, test: images.test?.count), notes)
  }

  /// Writes a text whose characters are in the file, or in memory.
  func finish(_ text: CharacterText, notes: [String]) throws(ApusError) -> Result {
    try finish(
      PreparedFile.Directory(text: try TextDirectory(text, in: file, notes: notes)),
      .text(count: text.count, characters: text.characters.count), notes)
  }

  private func finish(
    _ directory: PreparedFile.Directory, _ content: Result.Content, _ notes: [String]
  ) throws(ApusError) -> Result {
    let path = file.path
    try PreparedFile.finish(file, directory)
    return Result(content: content, size: Files.status(at: path)?.size ?? 0, notes: notes)
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
    let (output, folder) = try DiskRoom.scratchPath(bytes: source.preparedSizeEstimate, ".apus")
    let opened = try TableFile(source, scratch: "\(output).text")
    defer { Files.remove(output) }
    _ = try write(opened, to: output, format: format)
    let file = try FileBytes.open(output)
    guard var table = try PreparedFile.directory(file).table?.table(file) else { return nil }
    table.name = source.name
    table.notes.append(
      "as a table the data takes about \(DiskRoom.megabytes(need)) MB, and \(DiskRoom.megabytes(free)) MB are free: its "
        + "columns are in a file in \(folder) while this runs (apus prepare writes one to keep)")
    return (table, opened.isDelimited)
  }
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
