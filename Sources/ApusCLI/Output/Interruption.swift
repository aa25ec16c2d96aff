#if Command
  import Synchronization

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// Ctrl-C and SIGTERM: the first asks for a checkpoint after the step at hand, the second ends the process.
  enum Interruption {
    /// The signal that came; 0 before one did.
    private static let received = Atomic<Int32>(0)

    static var signal: Int32 { received.load(ordering: .relaxed) }

    static func install() {
      // Made before a signal can come: a handler may not allocate.
      received.store(0, ordering: .relaxed)
      var action = sigaction()
      #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = handle
      #else
        action.__sigaction_handler.sa_handler = handle
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

    private static let handle: @convention(c) (Int32) -> Void = { signal in
      if received.exchange(signal, ordering: .relaxed) != 0 { _exit(128 + signal) }
    }
  }
#endif
