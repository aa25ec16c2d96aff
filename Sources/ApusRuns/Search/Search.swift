import ApusCore
public import ApusData
public import ApusTraining

/// A search for hyper-parameters: trials with other values for some settings, each judged by its validation rows. The test
/// rows are never read.
///
/// ```swift
/// let search = Search(task, trials: 40, seed: 1) {
///   Vary(\.training.learningRate, .log(1e-4...1e-1))
///   Vary(\.model.hidden, [[64], [128], [64, 64]])
///   Vary(\.model.dropout, 0...0.5)
/// }
/// let found = try search.run(parallel: 2)
/// print(found.importance, found.best.recipe)
/// ```
///
/// How the trials are kept in a folder, and go on after an interruption, says ``Search/Run``.
public struct Search: Sendable {
  /// The configuration that the trials have in common.
  public var configuration: RunConfiguration
  /// The settings for drawing and judging values; what is varied is laid over its ``SearchConfiguration/over`` when it
  /// runs.
  public var settings: SearchConfiguration
  private let vary: [Vary]
  private let table: Table?

  /// - Parameters:
  ///   - task: the table, and what of it is predicted.
  ///   - base: what the trials have in common; its data section says how rows are divided, features made and numbers
  ///     scaled.
  ///   - metric: the validation metric that the best trial is best at; the loss when nil.
  ///   - halving: after a part of its epochs, one trial in so many goes on; nil: all.
  ///   - seed: decides what is drawn.
  public init(
    _ task: TableTask, base: RunConfiguration = RunConfiguration(), trials: Int = 20, metric: String? = nil,
    halving: Int? = nil, seed: UInt64 = 0, @Search.Builder vary: () -> [Vary]
  ) {
    var configuration = base
    configuration.data = base.data.overlay(DataConfiguration(task))
    self.init(
      configuration, trials: trials, metric: metric, halving: halving, seed: seed, table: task.table, vary())
  }

  /// A search on the data that a configuration names.
  public init(
    _ configuration: RunConfiguration, trials: Int = 20, metric: String? = nil, halving: Int? = nil,
    seed: UInt64 = 0, @Search.Builder vary: () -> [Vary]
  ) {
    self.init(
      configuration, trials: trials, metric: metric, halving: halving, seed: seed, table: nil, vary())
  }

  private init(
    _ configuration: RunConfiguration, trials: Int, metric: String?, halving: Int?, seed: UInt64,
    table: Table?,
    _ vary: [Vary]
  ) {
    self.configuration = configuration
    settings = SearchConfiguration()
    (settings.trials, settings.metric, settings.halving, settings.seed) = (trials, metric, halving, seed)
    (self.vary, self.table) = (vary, table)
  }

  /// Runs all trials.
  ///
  /// - Parameters:
  ///   - parallel: trials at a time; the threads are divided among them. What is found doesn't depend on it.
  ///   - folder: where the trials' files go; `runs/search-…` when nil.
  ///   - overwrite: whether an older search in the folder is cleared.
  ///   - threads: as many as there are processors when nil.
  ///   - onEvent: told of each trial's beginning and end, from the trial's thread.
  /// - Throws: before any training when a range or a value cannot be; when every trial has failed, with the first one's
  ///   reason; when a file cannot be written.
  public func run(
    parallel: Int = 1, folder: String? = nil, overwrite: Bool = false, threads: Int? = nil,
    onEvent: @escaping @Sendable (Search.Trial) -> Void = { _ in }
  ) throws -> Search.Result {
    var axes = settings.over?.axes ?? []
    for vary in vary { axes.append(try vary.axis.get()) }
    var settings = settings
    settings.over = try SearchConfiguration.Space(axes)
    let sources = SharedSources()
    if let table, let source = configuration.data.source {
      sources.add(
        DataSource(name: DataConfiguration.shortName(table), origin: source, content: .table(table)))
    }
    let run = try Search.Run(
      configuration, settings, folder: folder, .new(overwrite ? .overwrite : .refuse), parallel: parallel,
      threads: threads, sources: sources, isCancelled: { false })
    return try Search.Result(run.run(onEvent: onEvent))
  }
}

extension Search {
  /// The result of a search.
  public struct Result: Sendable {
    /// All trials, the best first, and where they are.
    public let report: Search.Report
    /// The best of the trials that had all their epochs.
    public let best: Best

    /// A trial with all its settings.
    public struct Best: Sendable {
      public let trial: Search.Trial
      /// With nothing left open: it reruns to the same bits.
      public let configuration: RunConfiguration
      /// The recipe that it was trained with.
      public var recipe: Recipe { configuration.training }
      /// The validation metric.
      public var score: Double { trial.score ?? .nan }
    }

    /// The fraction of the scores' spread that each setting explains, the largest first.
    public var importance: [Search.Importance] { report.importance }

    init(_ report: Search.Report) throws {
      guard let trial = report.best, let file = report.bestConfiguration else {
        throw ApusError("no trial has a score", at: report.folder)
      }
      self.report = report
      best = Best(trial: trial, configuration: try RunConfiguration.load(yaml: file))
    }
  }
}

extension DataConfiguration {
  /// Creates the settings of a task: what it predicts of its table from what.
  fileprivate init(_ task: TableTask) {
    self.init()
    let table = task.table
    func name(_ index: Int) -> String { table.hasHeader ? table.columns[index].name : "\(index + 1)" }
    source = table.name
    self.task = task.target.task
    labelSeparator = task.target.labels?.separator
    let columns = task.target.indices.map(name)
    if columns.count > 1 { targets = columns } else { target = columns.first }
    weights = task.schema.weights.map(name)
    let leftOut = task.schema.columns.indices.filter { index in
      if case .leftOut = task.schema.columns[index].role { true } else { false }
    }
    if !leftOut.isEmpty { leaveOut = leftOut.map(name) }
  }

  /// A table's file without its folder and extension, for folders.
  fileprivate static func shortName(_ table: Table) -> String {
    let file = table.name.split(separator: "/").last.map(String.init) ?? "table"
    return file.split(separator: ".").first.map(String.init) ?? file
  }
}
