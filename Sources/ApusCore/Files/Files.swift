#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The operating system's file interface: every call of it is in this file, and throws with the system's own words.
package enum Files {
  /// What is at a path.
  package enum Kind: Sendable, Equatable {
    case none, file, folder, pipe, characterDevice, blockDevice, socket

    /// What people call it.
    package var name: String {
      switch self {
      case .none: "nothing"
      case .file: "a file"
      case .folder: "a folder"
      case .pipe: "a pipe"
      case .characterDevice: "a device"
      case .blockDevice: "a block device"
      case .socket: "a socket"
      }
    }
  }

  /// What the system says of a file.
  package struct Status: Sendable {
    package let kind: Kind
    /// Bytes; of use for regular files only.
    package let size: Int
    /// The permission bits.
    package let mode: UInt32
    /// The same for two paths only where both lead to the same file.
    package let identity: Identity
  }

  package struct Identity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64
  }

  // MARK: Looking

  /// What is at a path, at the end of its links.
  package static func kind(at path: String) -> Kind { status(at: path)?.kind ?? .none }

  /// The status of what is at a path, at the end of its links; nil where nothing is.
  package static func status(at path: String) -> Status? {
    var found = stat()
    return stat(path, &found) == 0 ? status(found) : nil
  }

  package static func status(of descriptor: Int32) -> Status? {
    var found = stat()
    return fstat(descriptor, &found) == 0 ? status(found) : nil
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  private static func status(_ found: stat) -> Status {
    let kind: Kind =
      switch found.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFIFO: .pipe
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      default: .socket
      }
    return Status(
      kind: kind, size: Int(found.st_size), mode: UInt32(found.st_mode) & 0o7777,
      identity: Identity(
        device: UInt64(truncatingIfNeeded: found.st_dev), number: UInt64(truncatingIfNeeded: found.st_ino)))
  }

  /// The path that a symbolic link holds; nil for anything else.
  package static func link(at path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// Links to links that are followed, as in the kernel.
  private static let mostLinks = 40

  /// Where a path's symbolic links lead, whether or not something is there; a descriptor of this process where the path is
  /// that of one: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
  ///
  /// - Throws: for links in a circle.
  package static func destination(
    of path: String
  ) throws(ApusError) -> (path: String, descriptor: Int32?) {
    var target = path
    for _ in 0...mostLinks {
      if let descriptor = ownDescriptor(target) { return (target, descriptor) }
      guard let next = link(at: target) else { return (target, nil) }
      target = next.hasPrefix("/") ? next : "\(folder(of: target))/\(next)"
    }
    throw ApusError("leads through too many symbolic links", at: path, expected: "a file")
  }

  private static func ownDescriptor(_ path: String) -> Int32? {
    for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/proc/\(process)/fd/"]
    where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }

  /// The names in a folder, in order.
  package static func names(in folder: String) throws(ApusError) -> [String] {
    guard let stream = opendir(folder) else { throw systemError("cannot be read", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The folder that a path is in.
  package static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  // MARK: Folders

  /// Makes a folder and those above it; one that is there stays as it is.
  package static func makeFolder(_ path: String) throws(ApusError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += part
      defer { prefix += "/" }
      switch kind(at: prefix) {
      case .folder: continue
      case .none: break
      case let other:
        throw ApusError(
          prefix == path ? "is \(other.name)" : "\"\(prefix)\" is \(other.name)", at: path,
          expected: "a folder")
      }
      if mkdir(prefix, 0o777) != 0, errno != EEXIST {
        throw systemError("the folder cannot be made", path)
      }
    }
    guard kind(at: path) == .folder else {
      throw ApusError("is a link that leads nowhere", at: path, expected: "a folder")
    }
  }

  /// Makes a folder that was not there before, in a folder that is.
  ///
  /// - Returns: false where something of the name is there, whoever made it.
  package static func makeNewFolder(_ path: String) throws(ApusError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST else { throw systemError("the folder cannot be made", path) }
    return false
  }

  /// Removes a file or a link; false where there is none, or it may not be removed.
  @discardableResult
  package static func remove(_ path: String) -> Bool { unlink(path) == 0 }

  /// Removes a folder that is empty; false where it is not.
  @discardableResult
  package static func removeFolder(_ path: String) -> Bool { rmdir(path) == 0 }

  /// Whether a process of this number runs.
  package static func isRunning(process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

  package static var process: Int32 { getpid() }

  // MARK: Descriptors

  /// Opens what is at a path for reading, whatever it is; folders are refused.
  package static func openForReading(_ path: String) throws(ApusError) -> Int32 {
    let descriptor = retried { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw systemError("cannot be opened", path) }
    if status(of: descriptor)?.kind == .folder {
      closed(descriptor)
      throw ApusError("is a folder", at: path, expected: "a file")
    }
    return descriptor
  }

  /// Opens a folder, for syncing or locking it.
  package static func openFolder(_ path: String) throws(ApusError) -> Int32 {
    let descriptor = retried { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw systemError("the folder cannot be opened", path) }
    return descriptor
  }

  /// Opens a regular file for writing from its beginning; nil with `errno` where the system does not allow it.
  static func openNew(_ path: String) -> Int32? {
    let descriptor = retried { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    return descriptor < 0 ? nil : descriptor
  }

  /// Opens a pipe or a device for writing. Waits for a pipe's reader, as a shell does.
  static func openExisting(_ path: String) -> Int32? {
    let descriptor = retried { open(path, O_WRONLY | O_CLOEXEC) }
    return descriptor < 0 ? nil : descriptor
  }

  static func duplicate(_ descriptor: Int32) -> Int32? {
    let copy = retried { dup(descriptor) }
    return copy < 0 ? nil : copy
  }

  /// Reads at most so many bytes; 0 at the end, below 0 with `errno`.
  static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    retried { System.read(descriptor, bytes, count) }
  }

  /// Writes at most so many bytes; below 0 with `errno`.
  static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    retried { System.write(descriptor, bytes, min(count, 1 << 30)) }
  }

  static func setMode(_ descriptor: Int32, _ mode: UInt32) { _ = fchmod(descriptor, mode_t(mode)) }

  static func sync(_ descriptor: Int32) -> Bool { retried { fsync(descriptor) } == 0 }

  @discardableResult
  package static func closed(_ descriptor: Int32) -> Bool { close(descriptor) == 0 }

  static func move(_ path: String, to other: String) -> Bool { rename(path, other) == 0 }

  /// Runs `body` while a pipe that nobody reads any more is an error, and does not end the process.
  static func withoutBrokenPipe<R>(_ body: () throws(ApusError) -> R) throws(ApusError) -> R {
    let before = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, before) }
    return try body()
  }

  /// Without this, a power failure may undo a renaming.
  static func syncFolder(_ path: String) throws(ApusError) {
    let descriptor = try openFolder(path)
    defer { close(descriptor) }
    // Some file systems do not sync folders, and say EINVAL.
    guard sync(descriptor) || errno == EINVAL else { throw systemError("the folder cannot be synced", path) }
  }

  /// Takes a folder's lock, which ends with the process at the latest.
  ///
  /// - Returns: false where another one has it. File systems that have no locks give it to everybody.
  static func lock(_ descriptor: Int32) -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  // MARK: Memory

  /// A regular file's bytes, mapped; nil where the system does not.
  static func mapped(_ descriptor: Int32, count: Int) -> UnsafeRawBufferPointer? {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      return nil
    }
    madvise(base, count, MADV_SEQUENTIAL)
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// Tells the system that a mapped file's bytes below `offset` need not stay in memory.
  static func releasePages(_ bytes: UnsafeRawBufferPointer, below offset: Int) {
    guard let base = bytes.baseAddress else { return }
    let page = Int(getpagesize())
    let length = min(offset, bytes.count) / page * page
    if length > 0 { madvise(UnsafeMutableRawPointer(mutating: base), length, MADV_DONTNEED) }
  }

  // MARK: Errors

  /// An error with the system's own words for `errno`.
  package static func systemError(_ problem: String, _ place: String, fix: String? = nil) -> ApusError {
    let code = errno
    return ApusError("\(problem): \(String(cString: strerror(code)))", at: place, fix: fix)
  }

  private static func retried<I: SignedInteger>(_ call: () -> I) -> I {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// The system's functions that the methods here would otherwise hide.
  private enum System {
    static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
      #if canImport(Glibc)
        Glibc.read(descriptor, bytes, count)
      #elseif canImport(Musl)
        Musl.read(descriptor, bytes, count)
      #else
        Darwin.read(descriptor, bytes, count)
      #endif
    }

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
