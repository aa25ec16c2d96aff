#if Command
  import Apus
  import Synchronization

  /// A line on standard error every two seconds, from a thread of its own, while something long goes on: what is looked at,
  /// and for how long.
  final class SignOfLife: Sendable {
    private let work: String
    private let start = Clock.nanoseconds
    private let subject = Mutex("")
    private let isOver = Atomic(false)

    private static let interval = 2.0

    /// - Parameter work: what goes on, as in "check".
    init(_ work: String) {
      self.work = work
      BackgroundWork.detach { [weak self] in
        var last = Clock.nanoseconds
        while let self, !isOver.load(ordering: .relaxed) {
          Clock.sleep(seconds: 0.05)
          let now = Clock.nanoseconds
          guard Double(now &- last) * 1e-9 >= Self.interval, !isOver.load(ordering: .relaxed) else {
            continue
          }
          last = now
          let seconds = Int((Double(now &- start) * 1e-9).rounded())
          Output.tell(["\(work): \(subject.withLock { $0 }) … \(seconds) s"])
        }
      }
    }

    /// Names the work that begins now.
    func now(_ text: String) { subject.withLock { $0 = text } }

    func end() { isOver.store(true, ordering: .relaxed) }

    deinit { end() }
  }
#endif
