import ApusCore
import ApusData
import ApusNN
public import ApusTraining
import Synchronization

extension Search {
  /// The trials of a search, in a folder. The test rows are never read.
  ///
  /// Its folder holds `search.yaml`, `results` with a file for each trial at each rung, `trials` with the folder of each
  /// trial's run, `workers` with heartbeats and leases, and in the end `search.json`, all trials with the best first, and
  /// `best.yaml`: the best trial's configuration, which reruns it and reads the test rows. A trial that fails is a line of the
  /// table and ends nothing. A search that was interrupted, even by a power failure, goes on from its folder; trials go on
  /// from their checkpoints.
  ///
  /// Any number of processes, on any machines that see the folder, may work on one search: each takes trials that nobody has,
  /// and those of others that were lost. What comes out depends on neither their number, nor interruptions, nor on how many
  /// trials each runs at a time.
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
    let files: SearchFolder
    let sources: SharedSources
    let judge: SearchMetric
    let parallel: Int
    let threads: Int
    let isCancelled: @Sendable () -> Bool
    /// Shared with other workers of this machine while the search begins and runs.
    private let lock: Mutex<FolderLock?>
    private let state: Mutex<(board: TrialBoard, worker: SearchWorker?)>

    /// - Parameters:
    ///   - configuration: what the trials have in common.
    ///   - folder: `runs/search-…` when nil.
    ///   - resume: whether to go on with what the folder holds, with more trials if `search` has more.
    ///   - joins: whether to work on the search in the folder beside whoever else does, and to begin it where nobody has.
    ///   - overwrite: whether an older search in the folder is cleared.
    ///   - parallel: trials at a time; the threads are divided among them.
    ///   - collective: processes that begin a search together: the first makes the folder, and the others join it.
    ///   - isCancelled: asked after every step.
    /// - Throws: when a key, a range or the metric cannot be, or the folder not be written; when the search in the folder is
    ///   another, was begun by another version, or with other data.
    public convenience init(
      _ configuration: RunConfiguration, _ search: SearchConfiguration, folder: String? = nil,
      resume: Bool = false, joins: Bool = false, overwrite: Bool = false, parallel: Int = 1,
      threads: Int? = nil, collective: Collective? = nil,
      isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
      try self.init(
        configuration, search, folder: folder,
        resume ? .resume : joins ? .join : .new(overwrite ? .overwrite : .refuse), parallel: parallel,
        threads: threads, collective: collective, sources: SharedSources(), isCancelled: isCancelled)
    }

    /// - Parameter sources: where the data is opened.
    init(
      _ configuration: RunConfiguration, _ search: SearchConfiguration, folder: String?,
      _ beginning: Beginning, parallel: Int, threads: Int?, collective: Collective? = nil,
      sources: SharedSources, isCancelled: @escaping @Sendable () -> Bool
    ) throws {
      try configuration.check()
      try search.check()
      self.configuration = configuration
      self.search = search
      self.sources = sources
      space = try search.space()
      let board = try TrialBoard(search)
      (judge, rungs) = (board.judge, board.rungs)
      guard parallel >= 1 else { throw ApusError("\(parallel) trials at a time", expected: "at least 1") }
      self.parallel = parallel
      let all = try threads ?? collective.flatMap { try RankThreads.count($0) } ?? Engine.standard().threads
      self.threads = max(all / parallel, 1)
      self.isCancelled = isCancelled
      for trial in board.trials { _ = try space.configuration(at: trial.values, of: configuration) }
      // Data that cannot be read is a trial's failure, if it is all workers'.
      let data = Self.firstPlan(space, board, configuration, sources)
      if case .success(let plan) = data { try judge.check(on: plan) }

      let file = ConfigurationFile(configuration, search: search)
      let worker = SearchWorker.uniqueName()
      let path: String
      let lock: FolderLock
      if let collective, collective.rank > 0 {
        path = String(decoding: try collective.broadcast([]), as: UTF8.self)
        guard Files.exists(SearchFolder(path: path).settings) else {
          throw ApusError(
            "the folder of the search, which the first process has made, isn't seen by this one", at: path,
            fix: "start in a folder that all hosts share, or name one with --out")
        }
        lock = try Self.begin(file, folder: path, .join, worker: worker).lock
      } else {
        (path, lock) = try Self.begin(file, folder: folder, beginning, worker: worker)
      }
      self.folder = path
      files = SearchFolder(path: path)
      self.lock = Mutex(lock)
      state = Mutex((board: board, worker: nil))
      try SearchAgreement(folder: files, files: MountedFiles(), worker: worker)
        .agree(data: data.map(\.dataFingerprint))
      if let collective, collective.rank == 0 { _ = try collective.broadcast(Array(path.utf8)) }
      let found = makeWorker()
      try found.refresh()
      state.withLock { $0.board = found.board }
    }

    /// The trials as they stand.
    public var trials: [Search.Trial] {
      state.withLock { state in (state.worker?.board ?? state.board).trials }
    }

    private static func firstPlan(
      _ space: SearchConfiguration.Space, _ board: TrialBoard, _ configuration: RunConfiguration,
      _ sources: SharedSources
    ) -> Swift.Result<RunPlan, ApusError> {
      do {
        return .success(
          try RunPlan(
            space.configuration(at: board.trials[0].values, of: configuration), folder: nil, .refuse,
            threads: 1, sources: sources))
      } catch let error as ApusError {
        return .failure(error)
      } catch {
        return .failure(ApusError("\(error)"))
      }
    }

    /// Takes part, from now until the report.
    func beginWork() throws -> SearchWorker {
      try lock.withLock { if $0 == nil { $0 = try Self.sharedLock(folder) } }
      let worker = makeWorker()
      state.withLock { $0.worker = worker }
      return worker
    }

    func endWork() {
      state.withLock { state in
        if let worker = state.worker { state = (board: worker.board, worker: nil) }
      }
      lock.withLock { $0 = nil }
    }

    private func makeWorker() -> SearchWorker {
      let files = files
      return SearchWorker(
        folder, state.withLock { $0.board }, lease: search.lease ?? SearchConfiguration.defaultLease,
        name: SearchWorker.uniqueName()
      ) { folders in
        folders.map { RunFolder(path: files.trial($0)).progress }.max()?.description ?? ""
      }
    }
  }
}
