import ApusCore

/// The cells of a column as a reader finds them, one after the other: gathered in memory, or written to a region of a file.
struct ColumnBuilder<Element: BitwiseCopyable & Equatable & Sendable> {
  /// All cells, or those that are not written yet.
  private var pending: [Element] = []
  private let file: RegionFile?
  private let offset: Int
  /// The cells that the region has room for.
  private let room: Int
  private var written = 0
  private var failure: ApusError?

  /// The cells that are written at once.
  private static var blockSize: Int { 1 << 13 }

  /// In memory.
  init() { (file, offset, room) = (nil, 0, 0) }

  /// - Parameter offset: where the region begins; a new one when nil.
  init(_ store: ColumnStore?, at offset: Int? = nil) {
    (file, room) = (store?.file, store?.mostRows ?? 0)
    self.offset =
      offset ?? store.map { $0.file.reserve($0.mostRows * MemoryLayout<Element>.stride) } ?? 0
  }

  mutating func reserve(_ rows: Int) { if file == nil { pending.reserveCapacity(rows) } }

  @inline(__always)
  mutating func append(_ element: Element) {
    pending.append(element)
    if file != nil, pending.count >= Self.blockSize { flush() }
  }

  mutating func append(contentsOf elements: some Collection<Element>) {
    pending.append(contentsOf: elements)
    if file != nil, pending.count >= Self.blockSize { flush() }
  }

  private mutating func flush() {
    guard let file, failure == nil, !pending.isEmpty else { return }
    precondition(written + pending.count <= room, "more rows than lines")
    do throws(ApusError) {
      let stride = MemoryLayout<Element>.stride
      try file.write(pending, at: offset + written * stride)
      written += pending.count
    } catch {
      failure = error
    }
    pending.removeAll(keepingCapacity: true)
  }

  /// The cells; the builder is empty then.
  ///
  /// - Throws: when the file could not be written.
  mutating func finish() throws(ApusError) -> StoredValues<Element> {
    flush()
    if let failure { throw failure }
    guard let file else {
      let values = StoredValues(pending)
      pending = []
      return values
    }
    return StoredValues(try file.mapped(), offset: offset, count: written)
  }
}

/// The file into which a reader puts columns that are not to be in memory.
struct ColumnStore {
  let file: RegionFile
  /// No fewer than there are rows.
  let mostRows: Int
}

extension StoredValues {
  /// The cells changed: in memory, or in a file in the place of these where there is room.
  ///
  /// - Throws: when the file cannot be written.
  func map<R>(
    in store: ColumnStore?, _ transform: (Element) -> R
  ) throws(ApusError) -> StoredValues<R> {
    guard let store else { return StoredValues<R>(lazy.map(transform)) }
    let fits = MemoryLayout<R>.stride <= MemoryLayout<Element>.stride
    var builder = ColumnBuilder<R>(store, at: fits ? fileOffset : nil)
    for element in self { builder.append(transform(element)) }
    return try builder.finish()
  }
}
