import ApusCore

extension CharacterText {
  /// Characters between two words to whoever watches, and two writes.
  private static let pieceCount = 1 << 20

  /// The text of a file that says by its name that it is one, with its characters' numbers in a file of their own.
  ///
  /// Two walks over text in UTF-8: its different characters, then the number of each. Another encoding takes the memory of the
  /// whole text.
  ///
  /// - Returns: also a note for the user where it isn't in UTF-8.
  /// - Throws: as `TextFile.read`; when the numbers cannot be written.
  static func read(
    _ source: FileBytes, into store: RegionFile, watch: ReadingWatch? = nil
  ) throws(ApusError) -> (text: CharacterText, note: String?) {
    let file =
      source.withBytes({ Gzip.isGzip($0) })
      ? try Gzip.inflated(source, scratch: "\(store.path).text") : source
    guard try isUTF8(file), let text = try CharacterText(walking: file, into: store, watch) else {
      let (text, note) = try TextFile.read(file, isNamed: true)
      return (CharacterText(text), note)
    }
    return (text, nil)
  }

  /// The text of a file by way of a file in the cache folder, where it would not fit in memory.
  ///
  /// - Returns: nil where it fits; else also the notes for the user.
  static func thatDoesNotFit(_ source: FileBytes) throws(ApusError) -> (text: CharacterText, notes: [String])?
  {
    guard source.isMapped || Environment["APUS_MEMORY"] != nil,
      let (store, note) = try RegionFile.forWhatDoesNotFit(bytes: source.count)
    else { return nil }
    let (text, encoding) = try read(source, into: store)
    return (text, [note] + (encoding.map { [$0] } ?? []))
  }

  /// Returns whether the bytes may be a text in UTF-8: their beginning isn't UTF-16.
  ///
  /// - Throws: where they are of a format that is none.
  private static func isUTF8(_ file: FileBytes) throws(ApusError) -> Bool {
    guard TextEncoding.withoutUTF16(file).note == nil else { return false }
    try file.withBytes { (bytes) throws(ApusError) in
      try ForeignFormat.refuse(bytes, name: file.name, expected: .text)
    }
    return true
  }

  /// - Returns: nil where the bytes are no UTF-8.
  private init?(walking file: FileBytes, into store: RegionFile, _ watch: ReadingWatch?) throws(ApusError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = file.withBytes { $0.starts(with: mark) ? mark.count : 0 }
    var census = CharacterCensus()
    var hash = StableTextHasher()
    try watch?("reading", 0)
    let count = file.withBytes { bytes -> Int? in
      let text = UnsafeRawBufferPointer(rebasing: bytes[start...])
      var count = 0
      for byte in text { hash.add(byte) }
      let isText = UTF8Walk.forEach(text) { character in
        census.add(character)
        count += 1
      }
      return isText ? count : nil
    }
    guard let count else { return nil }
    let characters = census.characters
    let numbers = CharacterPlaces(characters)
    var fingerprint = StableHasher()
    fingerprint.add(hash.value)
    func written<Number: FixedWidthInteger & BitwiseCopyable & Sendable>(
      _: Number.Type
    ) throws(ApusError) -> StoredValues<Number> {
      let offset = store.reserve(count * MemoryLayout<Number>.stride)
      var piece: [Number] = []
      piece.reserveCapacity(Self.pieceCount)
      var done = 0
      func flush() throws(ApusError) {
        try watch?("reading again", Double(done) / Double(max(count, 1)))
        try store.write(piece, at: offset + done * MemoryLayout<Number>.stride)
        done += piece.count
        piece.removeAll(keepingCapacity: true)
      }
      try Self.walk(file, from: start) { (character) throws(ApusError) in
        piece.append(Number(truncatingIfNeeded: numbers[character]))
        if piece.count == Self.pieceCount { try flush() }
      }
      try flush()
      return StoredValues(try store.mapped(), offset: offset, count: count)
    }
    self.init(
      characters,
      characters.count <= Places.mostNarrow
        ? .narrow(try written(UInt8.self)) : .wide(try written(UInt32.self)),
      fingerprint: fingerprint.value)
  }

  /// Calls `body` for each character of a file that is known to be UTF-8.
  private static func walk(
    _ file: FileBytes, from start: Int, _ body: (Unicode.Scalar) throws(ApusError) -> Void
  ) throws(ApusError) {
    var failure: ApusError?
    file.withBytes { bytes in
      do {
        _ = try UTF8Walk.forEach(UnsafeRawBufferPointer(rebasing: bytes[start...])) { try body($0) }
      } catch let error as ApusError {
        failure = error
      } catch {
        failure = ApusError("\(error)")
      }
    }
    if let failure { throw failure }
  }
}
