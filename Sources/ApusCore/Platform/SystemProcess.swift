// This process, its environment and its terminal.

import ApusSystem

package enum Environment {
  package static subscript(name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

extension Files {
  package static var process: Int32 { getpid() }

  /// Returns whether a process with this number is running.
  package static func isRunning(process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }
}

package enum CurrentProcess {
  /// The name of the machine.
  package static var host: String {
    var name = [CChar](repeating: 0, count: 257)
    guard gethostname(&name, 256) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// A name of what numbers processes, other on every machine, after every start of the machine and in every container that
  /// numbers its own; nil where the system doesn't tell.
  package static var numberSpace: String? {
    #if canImport(Darwin)
      var name = [CChar](repeating: 0, count: 64)
      var size = name.count
      guard sysctlbyname("kern.bootsessionuuid", &name, &size, nil, 0) == 0 else { return nil }
      return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    #else
      let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var start = [UInt8](repeating: 0, count: 36)
      guard read(descriptor, &start, start.count) == start.count,
        let numbers = Files.link(at: "/proc/self/ns/pid")
      else { return nil }
      return "\(String(decoding: start, as: UTF8.self)) \(numbers)"
    #endif
  }

  /// The path of the program that started this one; nil where the system does not tell.
  package static var parentProgram: String? {
    var path = [CChar](repeating: 0, count: 4097)
    let length = readlink("/proc/\(getppid())/exe", &path, 4096)
    guard length > 0 else { return nil }
    return String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

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
