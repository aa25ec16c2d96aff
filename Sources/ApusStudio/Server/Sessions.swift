#if Server
  import ApusCore
  import ApusData
  import Synchronization

  /// The sessions of all pages: each alone, bounded in number and in time.
  final class Sessions: Sendable {
    private let sessions = Mutex<[String: LiveSession]>([:])
    /// A table for new sessions, from the command line.
    let table: Table?

    init(table: Table?) { self.table = table }

    /// - Throws: when there are too many, or the lesson cannot be trained.
    func open(_ lesson: Lesson) throws -> (id: String, live: LiveSession) {
      removeLonely()
      try checkRoom()
      let live = try LiveSession(lesson, table: table)
      let id = Token.make()
      let hasRoom = sessions.withLock { sessions in
        guard sessions.count < Limits.sessions else { return false }
        sessions[id] = live
        return true
      }
      guard hasRoom else {
        live.close()
        try checkRoom()
        return try open(lesson)
      }
      return (id, live)
    }

    private func checkRoom() throws(ApusError) {
      guard sessions.withLock({ $0.count }) < Limits.sessions else {
        throw ApusError(
          "\(Limits.sessions) pages are open", expected: "at most so many",
          fix: "close one, and wait a minute")
      }
    }

    subscript(id: String) -> LiveSession? { sessions.withLock { $0[id] } }

    var count: Int { sessions.withLock { $0.count } }

    func close(_ id: String) { sessions.withLock { $0.removeValue(forKey: id) }?.close() }

    func closeAll() {
      let all = sessions.withLock { sessions in
        defer { sessions.removeAll() }
        return Array(sessions.values)
      }
      for live in all { live.close() }
    }

    /// Those that no page has looked at for a while.
    func removeLonely() {
      let lonely = sessions.withLock { sessions in
        let lonely = sessions.filter { $0.value.latest.lonelySeconds > Limits.lonelySeconds }
        for id in lonely.keys { sessions[id] = nil }
        return lonely
      }
      for live in lonely.values { live.close() }
    }

    /// Says on every stream that the server is there: a page that is gone is noticed.
    func beat() {
      for live in sessions.withLock({ Array($0.values) }) { live.latest.put(message: Frame.beat) }
    }
  }
#endif
