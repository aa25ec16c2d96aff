import ApusCore
import ApusData
import ApusNN
import ApusTraining
import Synchronization

extension Search {
  /// The trials of a search, in a folder. The test rows are never read.
  ///
  /// Its folder holds `search.yaml`, the state `search.json`, a folder for each trial, and in the end `best.yaml`: the best
  /// trial's configuration, which reruns it and reads the test rows. A trial that fails is a line of the table and ends
  /// nothing. A search that was interrupted, even by a power failure, goes on from its folder; trials go on from their
  /// checkpoints. What comes out depends on neither the number of trials at a time nor interruptions.
  public final class Run: Sendable {
    /// The configuration that the trials have in common.
    public let configuration: RunConfiguration
    public let search: SearchConfiguration
    public let space: SearchConfiguration.Space
    /// The validation metric that the best trial is best at.
    public var metric: String { judge.name }
    public var isBetterWhenLarger: Bool { judge.isBetterWhenLarger }
    /// Parts of a trial's epochs after which the worse trials stop; the last is 1.
    public let rungs: [Double]
    public let folder: String
    /// The folder is the search's own while it begins and runs.
    private let lock: Mutex<FolderLock?>
    private let sources: SharedSources
    private let judge: SearchMetric
    private let parallel: Int
    private let threads: Int
    private let halving: Int
    private let isCancelled: @Sendable () -> Bool
    private let state: Mutex<[Search.Trial]>

    /// - Parameters:
    ///   - configuration: what the trials have in common.
    ///   - folder: `runs/search-…` when nil.
    ///   - resume: whether to go on with what the folder holds.
    ///   - overwrite: whether an older search in the folder is cleared.
    ///   - parallel: trials at a time; the threads are divided among them.
    ///   - isCancelled: asked after every step.
    /// - Throws: when a key, a range or the metric cannot be, or the folder not be written.
    public convenience init(
      _ configuration: RunConfiguration, _ search: SearchConfiguration, folder: String? = nil,
      resume: Bool = false, overwrite: Bool = false, parallel: Int = 1, threads: Int? = nil,
      isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
      try self.init(
        configuration, search, folder: folder, resume ? .resume : overwrite ? .overwrite : .refuse,
        parallel: parallel, threads: threads, sources: SharedSources(), isCancelled: isCancelled)
    }

    /// - Parameter sources: where the data is opened.
    init(
      _ configuration: RunConfiguration, _ search: SearchConfiguration, folder: String?,
      _ older: RunFolder.Older, parallel: Int, threads: Int?, sources: SharedSources,
      isCancelled: @escaping @Sendable () -> Bool
    ) throws {
      try configuration.check()
      try search.check()
      self.configuration = configuration
      self.search = search
      self.sources = sources
      space = try search.space()
      judge = try SearchMetric(search)
      halving = search.halving ?? 0
      guard parallel >= 1 else { throw ApusError("\(parallel) trials at a time", expected: "at least 1") }
      self.parallel = parallel
      self.threads = max((try threads ?? Engine.standard().threads) / parallel, 1)
      self.isCancelled = isCancelled
      let points = try Self.points(search, space)
      rungs = Self.rungs(trials: points.count, halving: halving)
      for point in points { _ = try space.configuration(at: point, of: configuration) }
      // Data that cannot be read is a trial's failure.
      if let first = points.first,
        let plan = try? RunPlan(
          space.configuration(at: first, of: configuration), folder: nil, .refuse, threads: 1,
          sources: sources)
      {
        try judge.check(on: plan)
      }

      let (files, lock) = try RunFolder.take(
        folder, name: "search", older, keepsModel: false)
      self.folder = files.path
      self.lock = Mutex(lock)
      var trials = points.enumerated().map { Search.Trial(number: $0.offset + 1, values: $0.element) }
      if older == .resume {
        let path = "\(files.path)/search.json"
        let found = try JSONCoding.decode(
          [Search.Trial].self, from: StrictJSON.parse(FileBytes.text(of: path), name: path), name: path)
        guard found.count <= trials.count, found.map(\.values) == trials.prefix(found.count).map(\.values)
        else {
          throw ApusError(
            "the trials are those of another search", at: path, fix: "begin a new one with --out")
        }
        // More of them: those that are done stay. What stopped on the way may be among the best of more.
        let isLonger = found.count < trials.count
        guard !isLonger || Self.rungs(trials: found.count, halving: halving) == rungs else {
          throw ApusError(
            "with \(trials.count) trials halving has \(rungs.count) rungs, and it had others with \(found.count)",
            at: "search.trials", fix: "begin a new search with --out")
        }
        trials = found + trials.dropFirst(found.count)
        trials = trials.map { trial in
          var trial = trial
          if isLonger, trial.status == .stopped { trial.status = .waiting }
          guard trial.status == .running else { return trial }
          trial.status = trial.attempts < 2 ? .waiting : .failed
          if trial.status == .failed { trial.problem = "the process ended during it, twice" }
          return trial
        }
      }
      state = Mutex(trials)
      let file = ConfigurationFile(configuration, search: search)
      try AtomicFile.write("\(files.path)/search.yaml", text: file.yaml())
      try save(trials)
    }

    /// The trials as they stand.
    public var trials: [Search.Trial] { state.withLock { $0 } }

    private static func points(
      _ search: SearchConfiguration, _ space: SearchConfiguration.Space
    ) throws(ApusError) -> [[JSONValue]] {
      switch search.method ?? .random {
      case .random:
        return (0..<(search.trials ?? 20)).map { space.random(trial: $0, seed: search.seed ?? 0) }
      case .grid:
        guard let count = space.gridCount, count <= SearchConfiguration.trialLimits.upperBound else {
          throw ApusError(
            "a grid of more than 100000 points", at: "search.over", fix: "take fewer steps, or method: random"
          )
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
    static func rungs(trials: Int, halving: Int) -> [Double] {
      guard halving > 1 else { return [1] }
      var (rungs, left, part) = ([1.0], trials / halving, 1.0)
      while left >= 1, rungs.count < 4 {
        part /= Double(halving)
        rungs.insert(part, at: 0)
        left /= halving
      }
      return rungs
    }

    // MARK: Running

    /// Runs what is left to run.
    ///
    /// - Parameter onEvent: told of each trial's beginning and end, from the trial's thread.
    /// - Throws: when every trial has failed, with the first one's reason; when a file cannot be written.
    @discardableResult
    public func run(onEvent: @escaping @Sendable (Search.Trial) -> Void = { _ in }) throws -> Search.Report {
      try lock.withLock { if $0 == nil { $0 = try FolderLock(folder) } }
      defer { lock.withLock { $0 = nil } }
      let start = Clock.nanoseconds
      for (rung, part) in rungs.enumerated() {
        let alive = survivors(at: rung)
        let due = alive.filter { trials[$0 - 1].scores.count == rung && trials[$0 - 1].status == .waiting }
        let next = Atomic<Int>(0)
        let failure = Mutex<(any Error)?>(nil)
        Workers.run(min(parallel, due.count)) { _ in
          while !self.isCancelled(), failure.withLock({ $0 == nil }) {
            let position = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard position < due.count else { return }
            do {
              try self.run(due[position], until: part, onEvent)
            } catch {
              failure.withLock { $0 = $0 ?? error }
            }
          }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        if isCancelled() { return report(since: start, isInterrupted: true) }
        // Who is no longer among the best stops.
        let kept = Set(survivors(at: rung + 1))
        for number in alive where rung < rungs.count - 1 && !kept.contains(number) {
          try change(number) { if $0.status == .waiting { $0.status = .stopped } }
        }
      }
      let report = report(since: start, isInterrupted: false)
      guard let best = report.best else {
        let problem = report.trials.first?.problem ?? "no trial has a score"
        throw ApusError("all \(report.trials.count) trials have failed; the first: \(problem)", at: folder)
      }
      try AtomicFile.write(
        report.bestConfiguration!, text: FileBytes.text(of: "\(trialFolder(best.number))/config.yaml"))
      return report
    }

    /// The trials that reach a rung, by number: of those at the one before, the best in so many.
    private func survivors(at rung: Int) -> [Int] {
      let trials = trials
      var alive = trials.map(\.number)
      for passed in 0..<min(rung, rungs.count - 1) {
        let scored = alive.filter { trials[$0 - 1].scores.count > passed && trials[$0 - 1].status != .failed }
        let sorted = scored.sorted { a, b in
          let (x, y) = (trials[a - 1].scores[passed], trials[b - 1].scores[passed])
          return x == y ? a < b : judge.isBetter(x, y)
        }
        alive = sorted.prefix((alive.count + halving - 1) / halving).sorted()
      }
      return alive
    }

    private func trialFolder(_ number: Int) -> String { "\(folder)/trials/\(number)" }

    /// - Throws: only when the search's own files cannot be written; what the trial throws is the trial's.
    private func run(_ number: Int, until part: Double, _ onEvent: (Search.Trial) -> Void) throws {
      onEvent(
        try change(number) {
          $0.status = .running
          $0.attempts += 1
        })
      var record: History.Epoch?
      var start = Clock.nanoseconds
      // Of the rung, and of the whole training.
      var steps: (rung: Int?, whole: Int?)
      let outcome = Swift.Result {
        var plan = try RunPlan(
          space.configuration(at: trials[number - 1].values, of: configuration), folder: trialFolder(number),
          .resume, threads: threads, sources: sources)
        plan.choices.settings.recipe.metrics = judge.metric.map { [$0] } ?? []
        let pause = TrialPause(plan, part: part)
        steps = (pause.steps, plan.configuration.training.steps)
        var paused: [MetricValue] = []
        do {
          let result = try plan.runTrial { event in
            switch event {
            case .started: start = Clock.nanoseconds
            case .epoch(let epoch): record = epoch
            default: break
            }
          } pauses: { step, epoch in
            isCancelled() || pause.isReached(step: step, epoch: epoch)
          } paused: { step, epoch, metrics in
            if pause.isReached(step: step, epoch: epoch) { paused = metrics }
          }
          return TrialOutcome.finished(result)
        } catch let error as ApusError where error.kind == .interrupted {
          return paused.isEmpty ? .interrupted : .rung(paused)
        }
      }
      let seconds = Double(Clock.nanoseconds &- start) * 1e-9
      onEvent(
        try change(number) { trial in
          switch outcome {
          case .success(.finished(let result)):
            trial.seconds += result.seconds
            trial.epochs = result.epochs
            trial.steps = steps.whole
            // A run that early stopping ended has nothing more to do on the rungs that are left.
            score(&trial, Array(result.validation), rungs: rungs.count - trial.scores.count)
            if trial.status != .failed { trial.status = .finished }
          case .success(.rung(let metrics)):
            trial.seconds += seconds
            trial.epochs = record?.epoch ?? 0
            trial.steps = steps.rung
            score(&trial, metrics, rungs: 1)
            if trial.status != .failed { trial.status = .waiting }
          case .success(.interrupted):
            // It goes on from its checkpoint.
            trial.seconds += seconds
            trial.status = .waiting
            trial.attempts -= 1
          case .failure(let error):
            trial.status = .failed
            trial.problem = "\(error)"
          }
        })
    }

    /// The point at which a trial pauses for the others: after a part of its epochs, or of its steps where these are
    /// given.
    private struct TrialPause {
      private(set) var steps: Int?
      private var epochs: Int?

      init(_ plan: RunPlan, part: Double) {
        guard part < 1 else { return }
        func last(_ count: Int) -> Int { max(1, Int((Double(count) * part).rounded(.up))) }
        if let all = plan.configuration.training.steps {
          if last(all) < all { steps = last(all) }
        } else if last(plan.epochs) < plan.epochs {
          epochs = last(plan.epochs)
        }
      }

      func isReached(step: Int, epoch: Int) -> Bool {
        steps.map { step >= $0 } ?? epochs.map { epoch >= $0 } ?? false
      }
    }

    private enum TrialOutcome {
      case finished(RunResult)
      /// The part of the epochs that it has for now is done.
      case rung([MetricValue])
      case interrupted
    }

    /// Gives a trial the score of one or several rungs.
    private func score(_ trial: inout Search.Trial, _ metrics: [MetricValue], rungs count: Int) {
      if let score = metrics.first(where: { $0.name == metric })?.value {
        trial.scores += Array(repeating: score, count: count)
        // Each rung has attempts of its own: what ended the process during an earlier one is no fault of this one.
        trial.attempts = 0
      } else {
        trial.status = .failed
        trial.problem =
          "there is no validation metric “\(metric)”: "
          + (metrics.isEmpty
            ? "there are no validation rows" : "there are \(metrics.map(\.name).joined(separator: ", "))")
      }
    }

    /// Changes a trial and saves all of them.
    @discardableResult
    private func change(_ number: Int, _ body: (inout Search.Trial) -> Void) throws -> Search.Trial {
      try state.withLock { trials in
        body(&trials[number - 1])
        try save(trials)
        return trials[number - 1]
      }
    }

    private func save(_ trials: [Search.Trial]) throws {
      try AtomicFile.write(
        "\(folder)/search.json", text: JSONCoding.encode(trials).text(indents: true) + "\n")
    }

    private func report(since start: UInt64, isInterrupted: Bool) -> Search.Report {
      return Search.Report(
        metric: metric, keys: space.axes.map(\.key), ranges: space.axes.map(\.range),
        trials: judge.ranked(trials),
        importance: Search.Importance.all(space, trials), seconds: Double(Clock.nanoseconds &- start) * 1e-9,
        folder: folder, isInterrupted: isInterrupted)
    }
  }
}
