import ApusCore

/// A file of typed values that is mapped and need not fit in memory: what `apus prepare` writes.
///
/// The first 64 bytes are a header: `APUSDATA`, the version, the offset and the length of the directory, each a 64-bit
/// number with the lowest byte first. Regions follow, each at a multiple of 64 bytes: of a table the cells of one column after
/// the other, doubles (NaN: missing) or 32-bit numbers of texts (−1: missing); of images the pixels, bytes or 32-bit floats,
/// and their targets; of a text the number of each character, a byte or 32 bits. The directory is JSON, at the end: names,
/// kinds and offsets, and what was noted on reading. Nothing in it depends on time or host. Nothing is fitted: scales,
/// medians, vocabularies and the encoding of categories belong to a model, and to the training rows.
enum PreparedFile {
  static let headerSize = 64
  private static let magic = Array("APUSDATA".utf8)
  private static let version: UInt64 = 1

  static func isPrepared(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: magic) }

  /// The description of what is in a file: one of the three.
  struct Directory: Codable {
    var table: TableDirectory?
    var images: ImageDirectory?
    var text: TextDirectory?
  }

  /// Returns whether a region lies within a file.
  ///
  /// - Parameters:
  ///   - count: the number of its values.
  ///   - stride: the bytes of each.
  static func contains(_ file: FileBytes, _ offset: Int, _ count: Int, _ stride: Int) -> Bool {
    offset >= 0 && offset % stride == 0 && count >= 0 && count <= file.count / stride
      && offset <= file.count - count * stride
  }

  /// The values of a region.
  ///
  /// - Throws: an error that names the file where they lie outside of it.
  static func values<Value>(
    _ file: FileBytes, _ offset: Int?, _ count: Int, _ name: String
  ) throws(ApusError) -> StoredValues<Value> {
    guard let offset, contains(file, offset, count, MemoryLayout<Value>.stride) else {
      throw damaged(file, "\(name) lie outside of it")
    }
    return StoredValues(file, offset: offset, count: count)
  }

  /// Writes the directory behind the regions, and the header; the file then has its name.
  static func finish(_ file: RegionFile, _ directory: Directory) throws(ApusError) {
    let text = Array(try JSONCoding.encode(directory).text().utf8)
    let offset = file.reserve(text.count)
    try file.write(text, at: offset)
    let words = [version, UInt64(offset), UInt64(text.count)]
    var header = magic
    for word in words { withUnsafeBytes(of: word.littleEndian) { header.append(contentsOf: $0) } }
    try file.write(header + [UInt8](repeating: 0, count: headerSize - header.count), at: 0)
    try file.finish(end: offset + text.count)
  }

  /// - Throws: an error that names the file when it is damaged, or of a newer version.
  static func directory(_ file: FileBytes) throws(ApusError) -> Directory {
    let text = try file.withBytes { (bytes) throws(ApusError) -> [UInt8] in
      guard bytes.count >= headerSize else { throw damaged(file, "it ends after \(bytes.count) bytes") }
      func word(_ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self))
      }
      guard word(0) == version else {
        throw ApusError(
          "is prepared data of version \(word(0))", at: file.name, expected: "version \(version)",
          fix: "prepare it again with this version of apus")
      }
      guard let offset = Int(exactly: word(1)), let length = Int(exactly: word(2)), offset >= headerSize,
        length <= bytes.count, offset <= bytes.count - length
      else { throw damaged(file, "its directory lies outside the file") }
      return Array(bytes[offset..<(offset + length)])
    }
    return try JSONCoding.decode(
      Directory.self, from: StrictJSON.parse(text, name: "\(file.name), directory"),
      name: "\(file.name), directory")
  }

  static func damaged(_ file: FileBytes, _ why: String) -> ApusError {
    ApusError(
      "the prepared data is damaged: \(why)", at: file.name, fix: "prepare it again with apus prepare")
  }
}
