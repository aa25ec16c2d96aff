#if Command
  import Apus
  import Synchronization

  /// A line on standard error every two seconds, from a thread of its own, while something long goes on.
  final class SignOfLife: Sendable {
    private let subject = Mutex("")
    private let isOver = Atomic(false)

    private static var now: Double { Double(Clock.nanoseconds) * 1e-9 }

    /// - Parameter work: what goes on, as in "check".
    init(_ work: String) {
      BackgroundWork.detach { [weak self] in
        var heartbeat = Heartbeat(work, now: Self.now)
        while let self, !isOver.load(ordering: .relaxed) {
          Clock.sleep(seconds: 0.05)
          let line = heartbeat.line(subject.withLock { $0 }, now: Self.now)
          if let line, !isOver.load(ordering: .relaxed) { Output.tell([line]) }
        }
      }
    }

    /// Names the work that begins now.
    func now(_ text: String) { subject.withLock { $0 = text } }

    func end() { isOver.store(true, ordering: .relaxed) }

    deinit { end() }
  }
#endif
