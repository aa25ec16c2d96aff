/// Writes files so that a reader sees the old bytes or the new ones, and nothing between.
///
/// A regular file, or the one that a symbolic link leads to, is replaced by renaming. Pipes, character devices and open
/// descriptors (`/dev/stdout`, `/dev/fd/3`) are written to; nothing takes their place. A folder in the way is an error.
public enum AtomicFile {
  /// Writes to a temporary file beside the target, syncs it, renames it, and syncs the folder.
  ///
  /// - Throws: an error with the system's words; the old file is then intact and the temporary one gone.
  public static func write(_ path: String, _ bytes: some Collection<UInt8>) throws(ApusError) {
    try write(path, pieces: [Array(bytes)])
  }

  /// The same for text.
  ///
  /// - Parameter survivesPowerFailure: whether the disk is waited for; what can be had again need not be.
  public static func write(
    _ path: String, text: String, survivesPowerFailure: Bool = true
  ) throws(ApusError) {
    try write(path, pieces: [Array(text.utf8)], survivesPowerFailure: survivesPowerFailure)
  }

  /// The same for bytes that come in pieces, one after the other.
  public static func write(
    _ path: String, pieces: some Sequence<[UInt8]>, survivesPowerFailure: Bool = true
  ) throws(ApusError) {
    switch try OutputTarget(path) {
    case .file(let target, let mode):
      try replace(target, pieces, mode, path, survivesPowerFailure: survivesPowerFailure)
    case .stream(let descriptor):
      defer { Files.closed(descriptor) }
      try Files.withoutBrokenPipe { () throws(ApusError) in
        for piece in pieces { try writeAll(descriptor, piece, path) }
      }
    }
  }

  /// The same for bytes that are made while they are written.
  ///
  /// - Parameter body: is handed the function that writes a piece; where it throws, the old file stays.
  package static func write(
    _ path: String, _ body: (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    switch try OutputTarget(path) {
    case .stream(let descriptor):
      defer { Files.closed(descriptor) }
      var failure: (any Error)?
      try Files.withoutBrokenPipe { () throws(ApusError) in
        do { try body { try writeAll(descriptor, $0, path) } } catch { failure = error }
      }
      if let failure { throw failure }
    case .file:
      let file = try RegionFile(path)
      try body { try file.append($0) }
      try file.finish(end: file.size)
    }
  }

  /// - Throws: when an output would replace one of the files that it is made from.
  package static func refuse(_ output: String, over inputs: [String]) throws(ApusError) {
    guard let status = Files.status(at: output), status.kind == .file,
      let input = inputs.first(where: { Files.status(at: $0)?.identity == status.identity })
    else { return }
    throw ApusError(
      "is read here, and would be replaced", at: output, expected: "another file than \(input)",
      fix: "choose another with --out")
  }

  /// - Parameters:
  ///   - target: the file, at the end of its links.
  ///   - mode: the permissions of the file that is replaced.
  ///   - path: what messages call it.
  private static func replace(
    _ target: String, _ pieces: some Sequence<[UInt8]>, _ mode: UInt32?, _ path: String,
    survivesPowerFailure: Bool
  ) throws(ApusError) {
    // The process in the name: two programs that write the same file do not meet in the temporary one.
    let temporary = "\(target).\(Files.process).tmp"
    guard let descriptor = Files.descriptor(of: temporary, for: .writingNew) else {
      throw Files.systemError(
        "cannot be written", path, fix: "choose a folder that exists and may be written to")
    }
    do throws(ApusError) {
      if let mode { Files.setMode(descriptor, mode) }
      for piece in pieces { try writeAll(descriptor, piece, path) }
      guard !survivesPowerFailure || Files.sync(descriptor) else {
        throw Files.systemError("cannot be synced", path)
      }
    } catch {
      Files.closed(descriptor)
      Files.remove(temporary)
      throw error
    }
    // A full disk behind a network may show only now.
    guard Files.closed(descriptor), Files.move(temporary, to: target) else {
      let error = Files.systemError("cannot be written", path)
      Files.remove(temporary)
      throw error
    }
    if survivesPowerFailure { try Files.syncFolder(Files.folder(of: target)) }
  }

  /// Removes what processes that were killed left half-written in a folder; what a running one writes stays.
  package static func removeRemains(in folder: String) {
    for name in (try? Files.names(in: folder)) ?? [] where name.hasSuffix(".tmp") {
      guard let process = name.split(separator: ".").dropLast().last.flatMap({ Int32($0) }), process > 0,
        !Files.isRunning(process: process)
      else { continue }
      Files.remove("\(folder)/\(name)")
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(ApusError) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Files.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
      }
      guard written > 0 else { throw Files.systemError("cannot be written", path) }
      offset += written
    }
  }
}
