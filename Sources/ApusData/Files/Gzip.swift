import ApusCore
import CZlib

/// Gzip streams (RFC 1952), inflated piece by piece: neither the whole compressed nor a second
/// expanded copy is ever in memory.
struct Gzip: ~Copyable {
  private var stream: UnsafeMutablePointer<z_stream>
  private let name: String
  private let input: FileBytes
  private var offset = 0
  private var isFinished = false

  static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  init(_ input: FileBytes, name: String) throws(ApusError) {
    self.input = input
    self.name = name
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 to ask for a gzip header.
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw ApusError("zlib cannot start (code \(code))", at: name) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Fills a buffer with the next expanded bytes.
  ///
  /// - Returns: how many there were; fewer than asked for only at the end.
  mutating func read(into output: UnsafeMutableRawBufferPointer) throws(ApusError) -> Int {
    var written = 0
    while written < output.count, !isFinished {
      let (taken, made, code, message) = input.withBytes { bytes in
        // zlib counts in 32 bits.
        let available = min(bytes.count - offset, 1 << 30)
        let room = min(output.count - written, 1 << 30)
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = output.baseAddress!.advanced(by: written).assumingMemoryBound(
          to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        return (
          available - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out), code,
          stream.pointee.msg.map { String(cString: $0) }
        )
      }
      offset += taken
      written += made
      switch code {
      case Z_STREAM_END:
        // A file may hold several streams, one behind the other.
        if offset < input.count {
          guard inflateReset(stream) == Z_OK,
            input.withBytes({ Self.isGzip(UnsafeRawBufferPointer(rebasing: $0[offset...])) })
          else { throw ApusError("has bytes behind the end of its gzip stream", at: name) }
        } else {
          isFinished = true
        }
      case Z_OK: break
      case Z_BUF_ERROR where offset >= input.count:
        throw ApusError(
          "the gzip file is truncated after \(input.count) bytes", at: name, fix: "download or copy it again")
      default:
        throw ApusError(
          "the gzip file is damaged at byte \(offset)\(message.map { ": \($0)" } ?? "")", at: name,
          fix: "download or copy it again")
      }
      if code == Z_OK, taken == 0, made == 0 {
        throw ApusError("the gzip file is truncated after \(input.count) bytes", at: name)
      }
    }
    return written
  }

  /// Everything, in memory or in a file that is gone with its bytes.
  ///
  /// - Parameter scratch: a path that is free; memory when nil.
  static func inflated(_ file: FileBytes, scratch: String?) throws(ApusError) -> FileBytes {
    guard let scratch else { return FileBytes.copy(of: try inflateAll(file), name: file.name) }
    let output = try RegionFile(scratch)
    var gzip = try Gzip(file, name: file.name)
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      var (count, failure) = (0, nil as ApusError?)
      piece.withUnsafeMutableBytes { buffer in
        do throws(ApusError) { count = try gzip.read(into: buffer) } catch { failure = error }
      }
      if let failure { throw failure }
      if count == 0 { break }
      try output.append(count == piece.count ? piece : Array(piece[..<count]))
    }
    // The bytes stay as long as they are mapped.
    return try output.mapped(name: file.name)
  }

  /// Everything, for files of unknown size.
  static func inflateAll(_ file: FileBytes) throws(ApusError) -> [UInt8] {
    var gzip = try Gzip(file, name: file.name)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      var failure: ApusError?
      let count = piece.withUnsafeMutableBytes { buffer -> Int in
        do throws(ApusError) { return try gzip.read(into: buffer) } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece[..<count])
    }
  }
}
