package import ApusCore

/// An array of bytes in Yann LeCun's IDX format, plain or gzipped:
/// `00 00 type ndim`, the dimensions as big-endian u32, the elements.
package struct IDXFile: Sendable {
  package let dimensions: [Int]
  package let bytes: [UInt8]

  /// - Throws: if the file is no IDX file of bytes, or is shorter or longer than its header says; a
  ///   header that claims more than the file can hold fails before any memory is taken for it.
  package init(contentsOf path: String) throws(ApusError) { try self.init(FileBytes.open(path)) }

  package init(_ file: FileBytes) throws(ApusError) {
    let path = file.name
    let isGzip = file.withBytes { Gzip.isGzip($0) }
    if isGzip {
      var stream = try Gzip(file, name: path)
      let header = try Self.header(path) { (buffer) throws(ApusError) in try stream.read(into: buffer) }
      try Self.checkCompressedSize(file, header.size, path)
      dimensions = header.dimensions
      bytes = try Self.fill(header.size, path) { (buffer) throws(ApusError) in try stream.read(into: buffer) }
      var one: UInt8 = 0
      var surplus = 0
      // Reading on also checks the stream's own checksum.
      surplus = try Self.readOne(&one) { (buffer) throws(ApusError) in try stream.read(into: buffer) }
      guard surplus == 0 else { throw Self.tooLong(header.size, path) }
    } else {
      var offset = 0
      let header = try Self.header(path) { (buffer) throws(ApusError) in
        let count = min(buffer.count, file.count - offset)
        file.withBytes {
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
        }
        offset += count
        return count
      }
      let present = file.count - offset
      guard present <= header.size else { throw Self.tooLong(header.size, path) }
      guard present == header.size else { throw Self.tooShort(header, present: present, path) }
      dimensions = header.dimensions
      bytes = file.withBytes { Array($0[offset...]) }
    }
  }

  private struct Header {
    var dimensions: [Int]
    var size: Int
  }

  private typealias Read = (UnsafeMutableRawBufferPointer) throws(ApusError) -> Int

  private static func readOne(_ byte: inout UInt8, _ read: Read) throws(ApusError) -> Int {
    var failure: ApusError?
    let count = withUnsafeMutableBytes(of: &byte) { buffer -> Int in
      do throws(ApusError) { return try read(buffer) } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return count
  }

  private static func header(_ path: String, _ read: Read) throws(ApusError) -> Header {
    func bytes(_ count: Int) throws(ApusError) -> [UInt8] {
      try fill(count, path, what: "header", read)
    }
    let magic = try bytes(4)
    guard magic[0] == 0, magic[1] == 0 else {
      throw ApusError(
        "is no IDX file: it starts with \(hex(magic))", at: path,
        expected: "00 00 08 and the number of dimensions")
    }
    guard magic[2] == 8 else {
      let names: [UInt8: String] = [9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"]
      throw ApusError(
        "the IDX file holds elements of type \(hex([magic[2]]))\(names[magic[2]].map { " (\($0))" } ?? "")",
        at: path, expected: "08 (bytes)")
    }
    guard (1...4).contains(magic[3]) else {
      throw ApusError(
        "the IDX file has \(magic[3]) dimensions", at: path, expected: "1 (labels) to 4 (color images)")
    }
    let words = try bytes(4 * Int(magic[3]))
    var dimensions: [Int] = []
    var size = 1
    for i in 0..<Int(magic[3]) {
      let extent = words[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | Int($1) }
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow, product < Int.max / 2 else {
        throw ApusError("the IDX header claims more elements than any file holds", at: path)
      }
      size = product
      dimensions.append(extent)
    }
    return Header(dimensions: dimensions, size: size)
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
  }

  /// Exactly `count` bytes, expanded straight into the array's own memory.
  private static func fill(
    _ count: Int, _ path: String, what: String = "data", _ read: Read
  ) throws(ApusError) -> [UInt8] {
    var failure: ApusError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ApusError) {
        let room = UnsafeMutableRawBufferPointer(buffer)
        AlignedMemory.preferHugePages(room)
        initialized = try read(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
        if initialized < count {
          throw ApusError(
            "ends after \(initialized) bytes of \(what)", at: path, expected: "\(count)",
            fix: "download or copy it again")
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Deflate makes at most 1,032 bytes of one; and the last four bytes of a gzip file are its size.
  private static func checkCompressedSize(_ file: FileBytes, _ size: Int, _ path: String) throws(ApusError) {
    let claimed = file.withBytes { $0.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) } }
    guard size / 1032 <= file.count, size < 1 << 28 || (size & 0xFFFF_0000) <= claimed else {
      throw ApusError(
        "the IDX header claims \(size) bytes, which \(file.count) compressed ones cannot hold", at: path,
        fix: "download or copy it again")
    }
  }

  private static func tooShort(_ header: Header, present: Int, _ path: String) -> ApusError {
    let shape = header.dimensions.map { String($0) }.joined(separator: " × ")
    return ApusError(
      "holds \(present) bytes of data, but its header says \(shape)", at: path,
      expected: "\(header.size) bytes", fix: "download or copy it again")
  }

  private static func tooLong(_ size: Int, _ path: String) -> ApusError {
    ApusError("holds more bytes than its header says", at: path, expected: "\(size) bytes of data")
  }
}
