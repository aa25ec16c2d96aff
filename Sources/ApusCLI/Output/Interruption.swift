#if Command
  import Apus
  import Synchronization

  /// Ctrl-C and SIGTERM: the first asks for a checkpoint after the step at hand, the second ends the process.
  enum Interruption {
    /// The signal that came; 0 before one did.
    private static let received = Atomic<Int32>(0)

    static var signal: Int32 { received.load(ordering: .relaxed) }

    static func install() {
      // Made before a signal can come: a handler may not allocate.
      received.store(0, ordering: .relaxed)
      CurrentProcess.handleInterruptions(handle)
    }

    private static let handle: @convention(c) (Int32) -> Void = { signal in
      if received.exchange(signal, ordering: .relaxed) != 0 { CurrentProcess.endAtOnce(code: 128 + signal) }
    }
  }
#endif
