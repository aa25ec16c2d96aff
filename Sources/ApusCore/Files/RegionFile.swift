/// A file that is written in regions, in any order, and read through mappings while it grows. It takes its name when it is
/// complete; until then it is a temporary file beside, which is gone with the value.
package final class RegionFile: @unchecked Sendable {
  private let descriptor: Int32
  /// The path as it was given, for messages.
  package let path: String
  private let target: String
  private let temporary: String
  /// The end of the last region.
  package private(set) var size: Int
  /// The bytes before the first region.
  private let header: Int
  private var isOpen = true

  /// Regions begin at multiples of this, so that a mapped number is aligned and rows share cache lines with no other column.
  private static let alignment = 64

  /// - Parameter header: the bytes that are kept free before the first region, to be written last.
  /// - Throws: when the path can't be that of a new file: a folder, a device, a folder that can't be written to.
  package init(_ path: String, header: Int = 0) throws(ApusError) {
    guard case .file(let target, let mode) = try OutputTarget(path) else {
      throw ApusError("is a pipe or a device", at: path, expected: "a file's path", fix: "name a file")
    }
    (self.path, self.target, self.header, size) = (path, target, header, header)
    temporary = "\(target).\(Files.process).tmp"
    guard let descriptor = Files.descriptor(of: temporary, for: .readingAndWritingNew) else {
      throw Files.systemError(
        "cannot be written", path, fix: "choose a folder that exists and may be written to")
    }
    self.descriptor = descriptor
    if let mode { Files.setMode(descriptor, mode) }
  }

  deinit { close(removes: true) }

  /// Forgets all regions.
  package func reset() { size = header }

  /// Forgets the regions from an offset on.
  package func giveBack(from offset: Int) { size = min(size, offset) }

  /// The offset of a new region.
  package func reserve(_ bytes: Int) -> Int {
    let offset = (size + Self.alignment - 1) / Self.alignment * Self.alignment
    size = offset + bytes
    return offset
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ApusError) {
    var done = 0
    while done < bytes.count {
      let written = Files.write(
        descriptor, bytes.baseAddress! + done, bytes.count - done, at: offset + done)
      guard written > 0 else { throw Files.systemError("cannot be written", path) }
      done += written
    }
  }

  /// Writes bytes right behind the last region.
  package func append(_ bytes: [UInt8]) throws(ApusError) {
    try write(bytes, at: size)
    size += bytes.count
  }

  /// Writes values, as they are in memory.
  package func write<Value: BitwiseCopyable>(_ values: [Value], at offset: Int) throws(ApusError) {
    var failure: ApusError?
    values.withUnsafeBytes { bytes in
      do throws(ApusError) { try write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// All regions there are now, mapped: what is written later shows in it.
  ///
  /// - Parameter name: what messages call the bytes; the path when nil.
  package func mapped(name: String? = nil) throws(ApusError) -> FileBytes {
    guard size > 0 else { return FileBytes.copy(of: [], name: name ?? path) }
    guard Files.truncate(descriptor, size),
      let bytes = FileBytes.mapping(descriptor, count: size, name: name ?? path)
    else { throw Files.systemError("cannot be mapped", path) }
    return bytes
  }

  /// Cuts the file off, gives it to the disk, and gives it its name.
  ///
  /// - Parameter end: the end of what is of use.
  package func finish(end: Int) throws(ApusError) {
    guard Files.truncate(descriptor, end), Files.sync(descriptor) else {
      throw Files.systemError("cannot be written", path)
    }
    guard Files.move(temporary, to: target) else { throw Files.systemError("cannot be written", path) }
    close(removes: false)
    try Files.syncFolder(Files.folder(of: target))
  }

  private func close(removes: Bool) {
    guard isOpen else { return }
    isOpen = false
    Files.closed(descriptor)
    if removes { Files.remove(temporary) }
  }
}
