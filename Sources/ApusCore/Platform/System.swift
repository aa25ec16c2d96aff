// The operating system's interface, as far as Apus uses it. This is the only file of the sources that imports Glibc, Musl or
// Darwin. Each function is one call with Swift's types for its arguments and results; operations of several calls and the
// messages of errors are in `Files.swift`, `Workers.swift` and `Processor.swift`.

import CApus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// MARK: Errors

/// The error numbers that Apus distinguishes.
package enum ErrorNumber {
  package static let addressInUse = EADDRINUSE
  package static let addressNotAvailable = EADDRNOTAVAIL
  package static let accessDenied = EACCES
}

extension Files {
  /// An error with the system's own words for `errno`.
  package static func systemError(_ problem: String, _ place: String, fix: String? = nil) -> ApusError {
    let code = errno
    return ApusError("\(problem): \(String(cString: strerror(code)))", at: place, fix: fix)
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
private func systemFree(_ pointer: UnsafeMutableRawPointer) { free(pointer) }

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
    /// A pipe or a device: waits for a pipe's reader, as a shell does.
    case writing

    fileprivate var flags: Int32 {
      switch self {
      case .reading: O_RDONLY
      case .folder: O_RDONLY | O_DIRECTORY
      case .writingNew: O_WRONLY | O_CREAT | O_TRUNC
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

  /// Reads at most so many bytes; 0 at the end, below 0 with `errno`.
  static func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    retried { systemRead(descriptor, bytes, count) }
  }

  /// Writes at most so many bytes; below 0 with `errno`.
  package static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    retried { systemWrite(descriptor, bytes, min(count, 1 << 30)) }
  }

  static func setMode(_ descriptor: Int32, _ mode: UInt32) { _ = fchmod(descriptor, mode_t(mode)) }

  static func sync(_ descriptor: Int32) -> Bool { retried { fsync(descriptor) } == 0 }

  /// Some file systems do not sync folders, and say EINVAL.
  static func syncFolder(_ descriptor: Int32) -> Bool { sync(descriptor) || errno == EINVAL }

  @discardableResult
  package static func closed(_ descriptor: Int32) -> Bool { close(descriptor) == 0 }

  /// Takes a folder's lock, which ends with the process at the latest.
  ///
  /// - Returns: false where another one has it. File systems that have no locks give it to everybody.
  static func lock(_ descriptor: Int32) -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Runs `body` while a pipe that nobody reads any more is an error, and does not end the process.
  static func withoutBrokenPipe<R>(_ body: () throws(ApusError) -> R) throws(ApusError) -> R {
    let before = signal(SIGPIPE, SIG_IGN)
    defer { signal(SIGPIPE, before) }
    return try body()
  }
}

// MARK: Memory

extension Files {
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
}

extension AlignedMemory {
  /// Zeroed pages from the system; nil when there are none left.
  static func mapZeros(bytes: Int) -> UnsafeMutableRawPointer? {
    let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    return start == MAP_FAILED ? nil : start
  }

  static func unmap(_ start: UnsafeMutableRawPointer, bytes: Int) { munmap(start, bytes) }

  /// Memory that isn't zeroed, for ``release(_:)`` to return; nil when there is none left.
  static func reserve(bytes: Int, alignment: Int) -> UnsafeMutableRawPointer? {
    var start: UnsafeMutableRawPointer?
    return posix_memalign(&start, alignment, bytes) == 0 ? start : nil
  }

  static func release(_ start: UnsafeMutableRawPointer) { systemFree(start) }

  /// Asks for huge pages under large memory, so that going through it costs fewer walks through the page
  /// tables. Only Linux knows the request, and it may be ignored.
  package static func preferHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      let page = 1 << 21
      guard let base = memory.baseAddress, memory.count >= 4 * page else { return }
      let skipped = (page - Int(bitPattern: base) % page) % page
      madvise(base + skipped, (memory.count - skipped) / page * page, MADV_HUGEPAGE)
    #endif
  }
}

/// The C library's allocator.
///
/// glibc gives each thread a heap of its own, and sessions that come and go leave those with holes: memory would grow from
/// day to day. With one for all it stays; no step allocates, so training does not wait for it. Large blocks have pages of
/// their own, which the system gets back: by itself glibc takes ever larger ones for small after each that was freed, and
/// keeps twice as much in reserve.
package enum Heap {
  package static func shareOne() {
    #if os(Linux)
      typealias SetOption = @convention(c) (CInt, CInt) -> CInt
      guard let found = dlsym(nil, "mallopt") else { return }
      let setOption = unsafeBitCast(found, to: SetOption.self)
      let (mostArenas, trimThreshold, mappingThreshold): (CInt, CInt, CInt) = (-8, -1, -3)
      _ = setOption(mostArenas, 1)
      _ = setOption(trimThreshold, 1 << 20)
      _ = setOption(mappingThreshold, 1 << 20)
    #endif
  }
}

// MARK: Threads

/// A thread of the system's own.
struct Thread {
  private let handle: pthread_t

  /// Runs `body` on a new thread, to be joined once; nil when the system has none left.
  static func start(_ body: @escaping @Sendable () -> Void) -> Thread? {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let failure = pthread_create(
        &thread, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #else
      var thread: pthread_t? = pthread_t()
      let failure = pthread_create(
        &thread!, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #endif
    guard failure == 0, let thread else {
      box.release()
      return nil
    }
    return Thread(handle: thread)
  }

  /// Runs `body` on a new thread that nobody waits for.
  static func detach(_ body: @escaping @Sendable () -> Void) {
    if let thread = start(body) { pthread_detach(thread.handle) }
  }

  /// Comes back when the thread has ended.
  func join() { pthread_join(handle, nil) }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Where threads sleep until somebody opens.
final class Door: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Sleeps while `isClosed`.
  func wait(while isClosed: () -> Bool) {
    pthread_mutex_lock(mutex)
    while isClosed() { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }

  func open() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

extension Processor {
  /// The processors that this process may use.
  static var allowedCount: Int {
    let allowed = Int(apus_allowed_processors())
    return allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }
}

// MARK: Time

package enum Clock {
  /// Nanoseconds since some moment; never goes back.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Suspends this thread; a signal may end the pause early.
  package static func sleep(seconds: Double) {
    var time = timespec()
    time.tv_sec = Int(seconds)
    time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
    nanosleep(&time, nil)
  }
}

// MARK: Processes and their environment

package enum Environment {
  package static subscript(name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

extension Files {
  package static var process: Int32 { getpid() }

  /// Whether a process of this number runs.
  package static func isRunning(process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }
}

package enum CurrentProcess {
  /// Writes buffered output; returns false, with `errno`, when it cannot be written.
  @discardableResult
  package static func flushOutput() -> Bool { fflush(nil) == 0 }

  package static func end(code: Int32) -> Never { exit(code) }

  /// Ends the process without writing buffered output. Safe in a signal handler.
  package static func endAtOnce(code: Int32) -> Never { _exit(code) }

  /// Starts another program without waiting for it; returns false when there is none of that name.
  package static func start(_ program: String, _ arguments: [String]) -> Bool {
    var process = pid_t()
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    return posix_spawnp(&process, program, nil, nil, &words, environ) == 0
  }

  /// Calls `handler` with the signal's number for each SIGINT (Ctrl-C) and SIGTERM, on any thread at any time: it may not
  /// allocate.
  package static func handleInterruptions(_ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    sigemptyset(&action.sa_mask)
    action.sa_flags = Int32(SA_RESTART)
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // A program that started this one may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}

package enum Terminal {
  /// A Boolean value that indicates whether the descriptor is a terminal.
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The terminal's width in columns; nil when it is unknown.
  package static func columns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}

// MARK: Mathematics

/// The C library's functions, for the reference interpreter alone: their last bits differ between machines. Values that can
/// reach a weight come from ``Mathematics``.
enum Libm {
  static func exponential(_ x: Double) -> Double { exp(x) }
  static func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
  static func logarithm(_ x: Double) -> Double { log(x) }
  static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  static func errorFunction(_ x: Double) -> Double { erf(x) }
  static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
}
