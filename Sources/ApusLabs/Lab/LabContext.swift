package import ApusCore

/// The settings of a lab's run: its seed, its data, how thoroughly, and whether it is broken on purpose.
package struct LabContext: Sendable {
  package var seed: UInt64
  /// The lecture's own data, which the lab's ``Lab/data`` describes; nil for bundled or generated data.
  package var data: String?
  /// A Boolean value that indicates whether more seeds and sizes are taken.
  package var isFull: Bool
  /// A Boolean value that indicates whether the experiment is broken as ``Lab/sabotage`` says: its verdict must then be another one.
  package var isSabotaged: Bool

  package init(seed: UInt64 = 1, data: String? = nil, isFull: Bool = false, isSabotaged: Bool = false) {
    (self.seed, self.data, self.isFull, self.isSabotaged) = (seed, data, isFull, isSabotaged)
  }

  /// Seeds s, s + 1, …; three times as many where the lab is run in full.
  package func seeds(_ count: Int) -> [UInt64] {
    (0..<(isFull ? 3 * count : count)).map { seed &+ UInt64($0) }
  }

  /// Random numbers of the lab's seed, for one of its purposes.
  package func random(_ purpose: String) -> Philox { Philox(seed: seed, path: "lab/\(purpose)") }

  /// A value of the experiment, and what it is where the experiment is sabotaged.
  package func honest<Value>(_ value: Value, sabotaged: Value) -> Value { isSabotaged ? sabotaged : value }
}
