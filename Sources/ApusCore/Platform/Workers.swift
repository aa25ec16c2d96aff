/// Threads for work of seconds: trials of a search, members of an ensemble.
package enum Workers {
  /// Calls `body` with 0 ..< count, each on a thread of its own, and waits for all; on this thread where the system has no
  /// more.
  package static func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [Thread] = []
      for index in 0..<max(count - 1, 0) {
        if let thread = Thread.start({ body(index) }) { threads.append(thread) } else { body(index) }
      }
      if count > 0 { body(count - 1) }
      for thread in threads { thread.join() }
    }
  }
}

/// Work beside the caller's, on a thread of its own; on the caller's where the system has no more.
package final class BackgroundWork {
  private var thread: Thread?

  package init(_ body: @escaping @Sendable () -> Void) {
    thread = Thread.start(body)
    if thread == nil { body() }
  }

  /// Comes back when the work is done.
  package func wait() {
    thread?.join()
    thread = nil
  }

  deinit { wait() }

  /// Work that nobody waits for: it ends when it likes, or with the process.
  ///
  /// - Returns: whether the system had a thread for it; without one, nothing is done.
  @discardableResult
  package static func detach(_ body: @escaping @Sendable () -> Void) -> Bool { Thread.detach(body) }
}
