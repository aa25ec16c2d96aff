// The operating system's files. Each function is one call with Swift's types for its arguments and results; operations of
// several calls and the messages of errors are in `Files/`.

import ApusSystem

/// The error numbers that Apus distinguishes.
package enum ErrorNumber {
  package static let addressInUse = EADDRINUSE
  package static let addressNotAvailable = EADDRNOTAVAIL
  package static let accessDenied = EACCES
  static let notThere = ENOENT
  static let alreadyThere = EEXIST
  /// A server's word for a file that it no longer has.
  static let staleHandle = ESTALE

  /// The number of the last call that failed.
  static var last: Int32 {
    get { errno }
    set { errno = newValue }
  }

  /// Returns whether a number says that this machine lacks something, or its disk fails: what another machine, or this one
  /// later, may have.
  fileprivate static func isOfMachine(_ number: Int32) -> Bool {
    [
      ENOSPC, EDQUOT, EFBIG, EROFS, EIO, ENOMEM, EMFILE, ENFILE, ENOLCK, ESTALE, ETIMEDOUT,
    ].contains(number)
  }
}

extension Files {
  /// An error with the system's own words for `errno`.
  package static func systemError(_ problem: String, _ place: String, fix: String? = nil) -> ApusError {
    let code = errno
    return ApusError(
      "\(problem): \(String(cString: strerror(code)))", at: place, fix: fix,
      kind: ErrorNumber.isOfMachine(code) ? .machine : .general)
  }
}

/// Repeats a call that a signal has interrupted.
private func retried<I: SignedInteger>(_ call: () -> I) -> I {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

// Inside a type, its own methods of these names would hide the C library's functions.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
private func systemLink(_ path: String, _ name: String) -> Int32 { link(path, name) }
private func systemTruncate(_ descriptor: Int32, _ size: Int) -> Int32 { ftruncate(descriptor, off_t(size)) }

// MARK: Looking at files

extension Files {
  /// The status of what is at a path, at the end of its links; nil where nothing is.
  package static func status(at path: String) -> Status? {
    var found = stat()
    return stat(path, &found) == 0 ? status(found) : nil
  }

  package static func status(of descriptor: Int32) -> Status? {
    var found = stat()
    return fstat(descriptor, &found) == 0 ? status(found) : nil
  }

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
      identity: FileIdentity(
        device: UInt64(truncatingIfNeeded: found.st_dev), number: UInt64(truncatingIfNeeded: found.st_ino)))
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// The path that a symbolic link holds; nil for anything else.
  package static func link(at path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
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
}

// MARK: Changing folders

extension Files {
  /// Makes a folder in a folder that is there: false where something of the name is, nil with `errno` where it cannot be made.
  static func addFolder(_ path: String) -> Bool? {
    if mkdir(path, 0o777) == 0 { return true }
    return errno == EEXIST ? false : nil
  }

  /// Removes a file or a link; false where there is none, or it may not be removed.
  @discardableResult
  package static func remove(_ path: String) -> Bool { unlink(path) == 0 }

  /// Removes a folder that is empty; false where it is not.
  @discardableResult
  package static func removeFolder(_ path: String) -> Bool { rmdir(path) == 0 }

  static func move(_ path: String, to other: String) -> Bool { rename(path, other) == 0 }

  /// Gives a file a second name, on the same file system; false with `errno` where it has none, or the name is taken.
  static func addName(_ name: String, to path: String) -> Bool { systemLink(path, name) == 0 }
}

// MARK: Descriptors

extension Files {
  /// The purpose for which a path is opened.
  enum Use {
    case reading
    /// To be synced or locked.
    case folder
    /// A regular file, from its beginning.
    case writingNew
    /// A regular file, from its beginning, that is read too while it is written.
    case readingAndWritingNew
    /// A pipe or a device: waits for a pipe's reader, as a shell does.
    case writing

    fileprivate var flags: Int32 {
      switch self {
      case .reading: O_RDONLY
      case .folder: O_RDONLY | O_DIRECTORY
      case .writingNew: O_WRONLY | O_CREAT | O_TRUNC
      case .readingAndWritingNew: O_RDWR | O_CREAT | O_TRUNC
      case .writing: O_WRONLY
      }
    }
  }

  /// Opens what is at a path; nil with `errno` where the system does not.
  static func descriptor(of path: String, for use: Use) -> Int32? {
    let descriptor = retried { open(path, use.flags | O_CLOEXEC, 0o666) }
    return descriptor < 0 ? nil : descriptor
  }

  static func duplicate(_ descriptor: Int32) -> Int32? {
    let copy = retried { dup(descriptor) }
    return copy < 0 ? nil : copy
  }

  /// Reads at most a number of bytes; 0 at the end, below 0 with `errno`.
  static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    retried { systemRead(descriptor, bytes, count) }
  }

  /// Writes at most a number of bytes; below 0 with `errno`.
  package static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    retried { systemWrite(descriptor, bytes, min(count, 1 << 30)) }
  }

  /// Writes at most a number of bytes at an offset; below 0 with `errno`.
  static func write(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, at offset: Int
  ) -> Int {
    retried { pwrite(descriptor, bytes, min(count, 1 << 30), off_t(offset)) }
  }

  /// Makes a file so large, with zeros where nothing was written.
  static func truncate(_ descriptor: Int32, _ size: Int) -> Bool {
    retried { systemTruncate(descriptor, size) } == 0
  }

  /// The bytes that a user may still write to the file system of a folder; nil where it doesn't say.
  package static func freeSpace(in folder: String) -> Int? {
    var found = statvfs()
    guard statvfs(folder, &found) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: found.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: found.f_frsize))
    return overflow ? .max : bytes
  }

  static func setMode(_ descriptor: Int32, _ mode: UInt32) { _ = fchmod(descriptor, mode_t(mode)) }

  static func sync(_ descriptor: Int32) -> Bool { retried { fsync(descriptor) } == 0 }

  /// Some file systems do not sync folders, and say EINVAL.
  static func syncFolder(_ descriptor: Int32) -> Bool { sync(descriptor) || errno == EINVAL }

  @discardableResult
  package static func closed(_ descriptor: Int32) -> Bool { close(descriptor) == 0 }

  /// Takes a folder's lock, which ends with the process at the latest; shared with others who share it, or alone. It may
  /// be taken anew, in the other way.
  ///
  /// - Returns: false where another one has it. File systems that have no locks give it to everybody.
  static func lock(_ descriptor: Int32, isShared: Bool) -> Bool {
    flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Runs `body` while a pipe that nobody reads any more is an error, and does not end the process.
  static func withoutBrokenPipe<R>(_ body: () throws(ApusError) -> R) throws(ApusError) -> R {
    let before = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, before) }
    return try body()
  }
}
