import ApusCore
import CZlib

/// The members of a zip file (PKWARE's APPNOTE), stored or deflated: what `.npz` files need, and no more.
///
/// Sizes come from the directory at the end of the file and are held against what the bytes there can hold before any
/// memory is taken for them.
struct ZipArchive {
  struct Member {
    let name: String
    fileprivate let method: Int
    fileprivate let checksum: UInt32
    fileprivate let compressedSize: Int
    let size: Int
    fileprivate let header: Int
  }

  let members: [Member]
  private let file: FileBytes
  private let path: String

  /// Expanded, all together: what is larger belongs into files of its own.
  private static let mostBytes = 1 << 34

  static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  /// - Throws: when the directory is missing or damaged, or a name has a part of a path.
  init(_ file: FileBytes, name path: String) throws(ApusError) {
    self.file = file
    self.path = path
    members = try file.withBytes { (bytes) throws(ApusError) in
      func damaged(_ problem: String) -> ApusError {
        ApusError("the zip file is damaged: \(problem)", at: path, fix: "download or copy it again")
      }
      // The end record has 22 bytes and a comment of up to 65,535.
      var end = bytes.count - 22
      while end >= 0, end >= bytes.count - 22 - 0xFFFF, number(bytes, end, 4) != 0x0605_4B50 { end -= 1 }
      guard end >= 0, end >= bytes.count - 22 - 0xFFFF, let count = number(bytes, end + 10, 2),
        let start = number(bytes, end + 16, 4)
      else { throw damaged("it has no directory") }
      var members: [Member] = []
      var at = start
      var total = 0
      for _ in 0..<count {
        guard number(bytes, at, 4) == 0x0201_4B50, let flags = number(bytes, at + 8, 2),
          let method = number(bytes, at + 10, 2), let checksum = number(bytes, at + 16, 4),
          let compressed = number(bytes, at + 20, 4), let size = number(bytes, at + 24, 4),
          let nameSize = number(bytes, at + 28, 2), let extra = number(bytes, at + 30, 2),
          let comment = number(bytes, at + 32, 2), let header = number(bytes, at + 42, 4),
          at + 46 + nameSize <= bytes.count,
          let name = String(validating: bytes[(at + 46)..<(at + 46 + nameSize)], as: UTF8.self)
        else { throw damaged("entry \(members.count + 1) of the directory") }
        // Nothing is unpacked to a disk; other archives have paths, and are refused by their format's name.
        let isPlain = !name.isEmpty && !name.contains { "/\\:".contains($0) } && !name.contains("..")
        guard isPlain || !name.hasSuffix(".npy") else {
          throw ApusError("the zip file has a member “\(name)”", at: path, expected: "plain names, no paths")
        }
        guard flags & 1 == 0 else { throw ApusError("“\(name)” is encrypted", at: path) }
        guard method == 0 || method == 8 else {
          throw ApusError(
            "“\(name)” is packed with method \(method)", at: path, expected: "stored or deflated",
            fix: "save it with numpy.savez or savez_compressed")
        }
        guard size < 0xFFFF_FFFF, compressed < 0xFFFF_FFFF, header < 0xFFFF_FFFF else {
          throw ApusError("“\(name)” is larger than 4 GB", at: path, fix: "save it as a .npy file")
        }
        // Deflate makes at most 1,032 bytes of one.
        guard compressed <= bytes.count, method == 0 ? size == compressed : size / 1032 <= compressed else {
          throw damaged("“\(name)” claims \(size) bytes, which \(compressed) cannot hold")
        }
        total += size
        guard total <= Self.mostBytes else {
          throw ApusError("the zip file expands to more than 16 GB", at: path)
        }
        members.append(
          Member(
            name: name, method: method, checksum: UInt32(checksum), compressedSize: compressed, size: size,
            header: header))
        at += 46 + nameSize + extra + comment
      }
      return members
    }
  }

  /// A member's bytes, expanded and checked.
  func bytes(of member: Member) throws(ApusError) -> [UInt8] {
    try file.withBytes { (bytes) throws(ApusError) in
      func damaged(_ problem: String) -> ApusError {
        ApusError("“\(member.name)” \(problem)", at: path, fix: "download or copy it again")
      }
      guard number(bytes, member.header, 4) == 0x0403_4B50, let name = number(bytes, member.header + 26, 2),
        let extra = number(bytes, member.header + 28, 2),
        member.header + 30 + name + extra + member.compressedSize <= bytes.count
      else { throw damaged("lies outside the zip file") }
      let start = member.header + 30 + name + extra
      let packed = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + member.compressedSize)])
      let result = member.method == 0 ? Array(packed) : Self.inflated(packed, size: member.size)
      guard let result else { throw damaged("cannot be expanded to its \(member.size) bytes") }
      guard result.withUnsafeBytes({ Self.checksum($0) }) == member.checksum else {
        throw damaged("does not have its checksum")
      }
      return result
    }
  }

  /// Exactly `size` bytes of a raw deflate stream; nil where it holds others.
  private static func inflated(_ packed: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var code = Z_OK
    let result = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, initialized in
      stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(packed.count)
      stream.next_out = buffer.baseAddress
      stream.avail_out = UInt32(size)
      code = inflate(&stream, Z_FINISH)
      initialized = size - Int(stream.avail_out)
    }
    return code == Z_STREAM_END && result.count == size ? result : nil
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(
      truncatingIfNeeded: crc32(
        0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count)))
  }
}

/// A little-endian number; nil outside the bytes.
private func number(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ size: Int) -> Int? {
  guard at >= 0, at <= bytes.count - size else { return nil }
  return bytes[at..<(at + size)].reversed().reduce(0) { $0 << 8 | Int($1) }
}
