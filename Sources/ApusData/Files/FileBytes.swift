import ApusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a file that is read, for as long as the value lives.
///
/// Big files are mapped, so that their pages come and go as they are read; small ones, pipes and
/// standard input (`-`) are read into memory.
final class FileBytes: @unchecked Sendable {
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  private init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool) {
    self.bytes = bytes
    self.isMapped = isMapped
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// - Parameter path: a path, or `-` for standard input.
  /// - Throws: an error that names the path and says why it cannot be read.
  static func open(_ path: String) throws(ApusError) -> FileBytes {
    if path == "-" { return try readAll(0, sizeHint: 0, name: "standard input") }
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemError("cannot be read", path) }
    let size = Int(status.st_size)
    let isRegular = (status.st_mode & S_IFMT) == S_IFREG
    if isRegular, size >= 1 << 22,
      let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    {
      madvise(base, size, MADV_SEQUENTIAL)
      return FileBytes(UnsafeRawBufferPointer(start: base, count: size), isMapped: true)
    }
    return try readAll(descriptor, sizeHint: isRegular ? size : 0, name: path)
  }

  /// A copy of bytes that are in memory already.
  static func copy(of source: some Collection<UInt8>) -> FileBytes {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 16)
    buffer.copyBytes(from: source)
    return FileBytes(UnsafeRawBufferPointer(buffer), isMapped: false)
  }

  var count: Int { bytes.count }

  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(bytes)
  }

  /// Tells the system that the bytes below `offset` need not stay in memory; they can still be read.
  func releasePages(below offset: Int) {
    guard isMapped, let base = bytes.baseAddress else { return }
    let page = Int(getpagesize())
    let length = min(offset, bytes.count) / page * page
    if length > 0 { madvise(UnsafeMutableRawPointer(mutating: base), length, MADV_DONTNEED) }
  }

  private static func readAll(
    _ descriptor: Int32, sizeHint: Int, name: String
  ) throws(ApusError) -> FileBytes {
    var capacity = max(sizeHint + 1, 1 << 16)
    var buffer = malloc(capacity)!
    var count = 0
    while true {
      if count == capacity {
        capacity *= 2
        buffer = realloc(buffer, capacity)!
      }
      let n = read(descriptor, buffer + count, capacity - count)
      if n == 0 { break }
      if n < 0 {
        if errno == EINTR { continue }
        let error = systemError("cannot be read", name)
        free(buffer)
        throw error
      }
      count += n
    }
    return FileBytes(UnsafeRawBufferPointer(start: buffer, count: count), isMapped: false)
  }
}

/// An error with the system's own words for `errno`.
func systemError(_ problem: String, _ place: String, fix: String? = nil) -> ApusError {
  let code = errno
  return ApusError("\(problem): \(String(cString: strerror(code)))", at: place, fix: fix)
}

/// An open file descriptor on a regular file, a pipe or a device; folders are refused.
func openForReading(_ path: String) throws(ApusError) -> Int32 {
  var descriptor: Int32
  repeat { descriptor = open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
  guard descriptor >= 0 else { throw systemError("cannot be opened", path) }
  var status = stat()
  if fstat(descriptor, &status) == 0, (status.st_mode & S_IFMT) == S_IFDIR {
    close(descriptor)
    throw ApusError("is a folder", at: path, expected: "a file")
  }
  return descriptor
}

/// What lies at a path.
enum FileKind {
  case none, file, folder

  static func at(_ path: String) -> FileKind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .none }
    return (status.st_mode & S_IFMT) == S_IFDIR ? .folder : .file
  }
}

/// The names in a folder, in order.
func folderNames(_ path: String) throws(ApusError) -> [String] {
  guard let folder = opendir(path) else { throw systemError("cannot be read", path) }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}
