package import ApusCore

/// The trials of a search as their results have them: the same on every worker that knows the same results, in whatever
/// order they came.
///
/// A rung begins when all trials have their results of the one before, so that which of them go on depends on nobody's speed.
package struct TrialBoard: Sendable {
  package private(set) var trials: [Search.Trial]
  /// Parts of a trial's epochs after which the worse trials stop; the last is 1.
  package let rungs: [Double]
  /// The rung that is going on; the number of rungs when the search is done.
  package private(set) var rung = 0
  let judge: SearchMetric
  private let halving: Int
  /// The trials whose results the rung waits for.
  private var awaited: Set<Int> = []
  /// Results that have come, by rung and trial; those of a later rung may be seen first.
  private var results: [[Int: TrialResult]]

  /// - Throws: when the search's settings cannot be.
  package init(_ search: SearchConfiguration) throws(ApusError) {
    let points = try Self.points(search)
    trials = points.enumerated().map { Search.Trial(number: $0.offset + 1, values: $0.element) }
    halving = search.halving ?? 0
    rungs = Self.rungs(trials: points.count, halving: halving)
    judge = try SearchMetric(search)
    results = Array(repeating: [:], count: rungs.count)
    awaited = Set(trials.map(\.number))
  }

  package var isComplete: Bool { rung == rungs.count }

  /// The trials whose results are missing, by number.
  package var due: [Int] { awaited.sorted() }

  /// Returns whether a trial's result at a rung is known.
  package func has(_ number: Int, rung: Int) -> Bool { results[rung][number] != nil }

  /// The folder with the run of a trial that has a result before the rung; nil at the first.
  package func folder(of number: Int) -> String? {
    results[..<min(rung, results.count)].last { $0[number] != nil }?[number]?.folder
  }

  /// Takes a result, unless it is known.
  ///
  /// - Returns: whether it is new.
  @discardableResult
  package mutating func add(_ result: TrialResult) -> Bool {
    guard rungs.indices.contains(result.rung), trials.indices.contains(result.number - 1),
      results[result.rung][result.number] == nil
    else { return false }
    results[result.rung][result.number] = result
    if result.rung == rung { apply(result) }
    while !isComplete, awaited.isEmpty { advance() }
    return true
  }

  private mutating func apply(_ result: TrialResult) {
    guard awaited.remove(result.number) != nil else { return }
    let place = result.number - 1
    trials[place].scores += result.scores
    trials[place].epochs = result.epochs
    trials[place].steps = result.steps
    trials[place].seconds += result.seconds
    trials[place].problem = result.problem
    switch result.status {
    case .waiting: trials[place].status = .waiting
    case .finished: trials[place].status = .finished
    case .failed: trials[place].status = .failed
    }
  }

  private mutating func advance() {
    let alive = survivors(at: rung)
    rung += 1
    guard rung < rungs.count else { return }
    // Who is no longer among the best stops.
    let kept = survivors(at: rung)
    for number in Set(alive).subtracting(kept) where trials[number - 1].status == .waiting {
      trials[number - 1].status = .stopped
    }
    awaited = Set(
      kept.filter { trials[$0 - 1].status == .waiting && trials[$0 - 1].scores.count == rung })
    for result in results[rung].values { apply(result) }
  }

  /// The trials that reach a rung, by number: of those at the one before, the best in so many.
  private func survivors(at rung: Int) -> [Int] {
    var alive = trials.map(\.number)
    for passed in 0..<min(rung, rungs.count - 1) {
      let scored = alive.filter { trials[$0 - 1].scores.count > passed && trials[$0 - 1].status != .failed }
      let sorted = scored.sorted { a, b in
        let (x, y) = (trials[a - 1].scores[passed], trials[b - 1].scores[passed])
        return x == y || (x.isNaN && y.isNaN) ? a < b : judge.isBetter(x, y)
      }
      alive = sorted.prefix((alive.count + halving - 1) / halving).sorted()
    }
    return alive
  }

  // MARK: What is to be tried

  private static func points(_ search: SearchConfiguration) throws(ApusError) -> [[JSONValue]] {
    let space = try search.space()
    switch search.method ?? .random {
    case .random:
      return (0..<(search.trials ?? 20)).map { space.random(trial: $0, seed: search.seed ?? 0) }
    case .grid:
      guard let count = space.gridCount, count <= SearchConfiguration.trialLimits.upperBound else {
        throw ApusError(
          "a grid of more than 100000 points", at: "search.over", fix: "take fewer steps, or method: random")
      }
      if let asked = search.trials, asked != count {
        throw ApusError(
          "\(asked) trials for a grid of \(count) points", at: "search.trials", expected: "\(count)",
          fix: "leave the trials out, or take method: random")
      }
      return space.grid
    }
  }

  /// …, 1/η², 1/η, 1: as many rungs as leave a trial for the last.
  private static func rungs(trials: Int, halving: Int) -> [Double] {
    guard halving > 1 else { return [1] }
    var (rungs, left, part) = ([1.0], trials / halving, 1.0)
    while left >= 1, rungs.count < 4 {
      part /= Double(halving)
      rungs.insert(part, at: 0)
      left /= halving
    }
    return rungs
  }
}
