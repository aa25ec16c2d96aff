public import ApusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files so that a reader sees the old bytes or the new ones, and nothing between.
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

  /// The same for bytes that come in pieces, one behind the other.
  public static func write(
    _ path: String, pieces: some Sequence<[UInt8]>, survivesPowerFailure: Bool = true
  ) throws(ApusError) {
    // The process in the name: two programs that write the same file do not meet in the temporary one.
    let temporary = "\(path).\(getpid()).tmp"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = retried { open(temporary, flags, 0o666) }
    guard descriptor >= 0 else {
      throw systemError("cannot be written", path, fix: "choose a folder that exists and may be written to")
    }
    do throws(ApusError) {
      for piece in pieces { try writeAll(descriptor, piece, path) }
      guard !survivesPowerFailure || retried({ fsync(descriptor) }) == 0 else {
        throw systemError("cannot be synced", path)
      }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    // A full disk behind a network may show only now.
    guard close(descriptor) == 0 else {
      let error = systemError("cannot be written", path)
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = systemError("cannot be replaced", path)
      unlink(temporary)
      throw error
    }
    if survivesPowerFailure { try syncFolder(of: path) }
  }

  /// Removes what processes that were killed left half-written in a folder; what a running one writes stays.
  public static func removeRemains(in folder: String) {
    for name in (try? folderNames(folder)) ?? [] where name.hasSuffix(".tmp") {
      guard let process = name.split(separator: ".").dropLast().last.flatMap({ Int32($0) }), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(ApusError) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        retried { Glue.write(descriptor, buffer.baseAddress! + offset, min(buffer.count - offset, 1 << 30)) }
      }
      guard written > 0 else { throw systemError("cannot be written", path, fix: "is the disk full?") }
      offset += written
    }
  }

  /// Without this, a power failure may undo the renaming.
  private static func syncFolder(of path: String) throws(ApusError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = retried { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw systemError("the folder cannot be synced", folder) }
    defer { close(descriptor) }
    // Some file systems do not sync folders, and say EINVAL.
    guard retried({ fsync(descriptor) }) == 0 || errno == EINVAL else {
      throw systemError("the folder cannot be synced", folder)
    }
  }

  private static func retried<I: SignedInteger>(_ call: () -> I) -> I {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// The system's `write`, which the methods here would otherwise hide.
  private enum Glue {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
      #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
      #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
      #else
        Darwin.write(descriptor, bytes, count)
      #endif
    }
  }
}
