import Synchronization

/// The bytes of a file, read once to its end, for as long as the value lives.
///
/// Big regular files are mapped, so that their pages come and go as they are read; small ones, pipes, devices and standard
/// input (`-`) are read into memory.
package final class FileBytes: @unchecked Sendable {
  private let bytes: UnsafeRawBufferPointer
  /// A Boolean value that indicates whether the bytes are in a file, and not in memory.
  package let isMapped: Bool
  /// The file's name in messages: its path, or `standard input`.
  package let name: String
  /// A Boolean value that indicates whether the bytes came through a pipe, from a device or from standard input, and so
  /// have no other files beside them.
  package let isStream: Bool

  private init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool, name: String, isStream: Bool = false) {
    self.bytes = bytes
    self.isMapped = isMapped
    self.name = name
    self.isStream = isStream
  }

  deinit {
    if isMapped { Files.unmap(bytes) } else { bytes.deallocate() }
  }

  /// - Parameter path: a path, or `-` for standard input.
  /// - Throws: an error that names the path and says why it cannot be read; when standard input was read before.
  package static func open(_ path: String) throws(ApusError) -> FileBytes {
    if isStandardInput(path) {
      let name = "standard input"
      let isFirst = hasReadStandardInput.withLock { hasRead in
        defer { hasRead = true }
        return !hasRead
      }
      guard isFirst else {
        throw ApusError(
          "is read a second time", at: name, expected: "one use of it", fix: "name a file for one of the two")
      }
      return try readAll(0, sizeHint: 0, name: name, isStream: true)
    }
    let descriptor = try opened(path)
    defer { Files.closed(descriptor) }
    let status = Files.status(of: descriptor)
    let isRegular = status?.kind == .file
    if isRegular, let size = status?.size, size >= 1 << 22,
      let mapped = Files.mapped(descriptor, count: size)
    {
      return FileBytes(mapped, isMapped: true, name: path)
    }
    return try readAll(
      descriptor, sizeHint: isRegular ? status?.size ?? 0 : 0, name: path, isStream: !isRegular,
      isDevice: status?.kind == .characterDevice)
  }

  /// A pipe that this process has open is read as it is: opening its path again might wait for a writer that is gone.
  private static func opened(_ path: String) throws(ApusError) -> Int32 {
    if let own = try Files.destination(of: path).descriptor, let status = Files.status(of: own),
      status.kind != .file, let copy = Files.duplicate(own)
    {
      return copy
    }
    return try Files.openForReading(path)
  }

  /// Returns whether a path is that of standard input: `-`, `/dev/stdin`, or a link to it.
  package static func isStandardInput(_ path: String) -> Bool {
    path == "-" || (try? Files.destination(of: path).descriptor) == 0
  }

  /// Its bytes are gone once they are read.
  private static let hasReadStandardInput = Mutex(false)

  /// Checks that an input that can be read only once serves at most one purpose of a command.
  ///
  /// - Parameter inputs: what each is for, as in `the data`, and its path.
  /// - Throws: when two of them are standard input, or the same pipe or device.
  package static func refuseShared(_ inputs: [(role: String, path: String?)]) throws(ApusError) {
    var roles: [Files.FileIdentity?: String] = [:]
    for (role, path) in inputs {
      guard let path else { continue }
      let isStandardInput = isStandardInput(path)
      let status = isStandardInput ? nil : Files.status(at: path)
      guard isStandardInput || status.map({ $0.kind != .file && $0.kind != .folder }) == true else {
        continue
      }
      if let other = roles.updateValue(role, forKey: status?.identity) {
        throw ApusError(
          "\(isStandardInput ? "standard input" : path) is given twice: as \(other) and as \(role)",
          expected: "one use of what can be read only once", fix: "name a file for one of the two")
      }
    }
  }

  /// A copy of bytes that are in memory already.
  package static func copy(of source: some Collection<UInt8>, name: String) -> FileBytes {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 16)
    buffer.copyBytes(from: source)
    return FileBytes(UnsafeRawBufferPointer(buffer), isMapped: false, name: name)
  }

  /// The bytes of a file that is still written: what is written shows.
  static func mapping(_ descriptor: Int32, count: Int, name: String) -> FileBytes? {
    Files.mappedShared(descriptor, count: count).map { FileBytes($0, isMapped: true, name: name) }
  }

  package var count: Int { bytes.count }

  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    // The bytes are gone with the value, whose last use this may be.
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Tells the system that the bytes below `offset` need not stay in memory; they can still be read.
  package func releasePages(below offset: Int) {
    if isMapped { Files.releasePages(bytes, below: offset) }
  }

  /// Tells the system that the bytes will be read here and there, and again, and not once in order.
  package func expectAnyOrder() { if isMapped { Files.expectAnyOrder(bytes) } }

  /// Tells the system that some of the bytes will be read soon.
  package func expectSoon(_ part: UnsafeRawBufferPointer) { if isMapped { Files.expectSoon(part) } }

  /// The bytes as UTF-8 text; nil where they are none.
  package var text: String? { withBytes { String(validating: $0, as: UTF8.self) } }

  /// Reads a text file that a run or a person wrote: settings, a history.
  ///
  /// - Throws: when it cannot be read, is larger than 256 MB, or isn't UTF-8.
  package static func text(of path: String) throws(ApusError) -> String {
    let file = try open(path)
    guard file.count < 1 << 28 else {
      throw ApusError("larger than 256 MB", at: file.name, expected: "a configuration")
    }
    guard let text = file.text else { throw ApusError("not text", at: file.name, expected: "UTF-8") }
    return text
  }

  /// A device may never come to an end.
  private static let mostDeviceBytes = 1 << 30

  private static func readAll(
    _ descriptor: Int32, sizeHint: Int, name: String, isStream: Bool, isDevice: Bool = false
  ) throws(ApusError) -> FileBytes {
    // One byte more, so that the end is found; of streams, and of files whose size the system doesn't say, nothing is known.
    var capacity = sizeHint > 0 ? sizeHint + 1 : 1 << 16
    var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    var count = 0
    while true {
      if count == capacity {
        capacity *= 2
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
        buffer.deallocate()
        buffer = larger
      }
      let found = Files.read(descriptor, buffer.baseAddress! + count, capacity - count)
      if found == 0 { break }
      guard found > 0 else {
        let error = Files.systemError("cannot be read", name)
        buffer.deallocate()
        throw error
      }
      count += found
      guard !isDevice || count < mostDeviceBytes else {
        buffer.deallocate()
        throw ApusError("is a device that does not end", at: name, expected: "a file or a pipe")
      }
    }
    return FileBytes(
      UnsafeRawBufferPointer(rebasing: buffer[..<count]), isMapped: false, name: name, isStream: isStream)
  }
}
