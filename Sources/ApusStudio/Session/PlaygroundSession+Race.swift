import ApusCore

extension PlaygroundSession {
  /// The orders that a page may give for the race. The race exists while a page shows it.
  package enum RaceOrder: String, Sendable, CaseIterable { case open, close, start, pause, rewind }

  package func obey(_ order: RaceOrder) throws {
    switch order {
    case .open:
      if race == nil { race = try makeRace(plan) }
      race?.hasChanged = true
    case .close: race = nil
    case .start:
      if race == nil { race = try makeRace(plan) }
      // One of the two at a time.
      play(false)
      race?.run(true)
    case .pause: race?.run(false)
    case .rewind:
      if race != nil { race = try makeRace(plan) }
    }
  }
}
