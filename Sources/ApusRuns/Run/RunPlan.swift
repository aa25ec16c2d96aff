import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// The plan of a run: its data, its model with the first weights, its settings, and the reasons for them.
///
/// ```swift
/// let plan = try RunPlan(data: "houses.csv", target: "price")
/// print(plan.reasons)
/// let result = try plan.run { show($0) }
/// print(result.test, result.folder)
/// ```
///
/// A value: making one reads the data and chooses what the configuration leaves open, and writes nothing. ``run(profile:_:pauses:)``
/// carries it out.
public struct RunPlan: Sendable {
  /// The settings with nothing left open: they rerun to the same bits.
  public let configuration: RunConfiguration
  /// The choices that the configuration left open, with their reasons.
  public let reasons: RunPlan.Reasons
  /// Notes on the data, on the settings, and on the folder of a run that goes on.
  public let notes: [String]
  /// The doctor's findings on the data and the first weights; empty before ``examine()``.
  public internal(set) var findings: [Finding] = []
  /// The model with its first weights: of an ensemble of seeds, the first member.
  public var model: Model { choices.model }
  public var task: LearningTask { data.task }
  /// The epochs of each training.
  public var epochs: Int { choices.settings.epochs }
  /// A Boolean value that indicates whether the model predicts the next character of a text.
  public var isText: Bool { data.isText }

  /// The validation metric that shows how training goes: the task's, or the first of those asked for.
  package var mainMetric: String {
    let usual = isText ? BitsPerCharacter.name : task == .regression ? R2.name : Accuracy.name
    let names = choices.settings.recipe.metrics?.map(\.valueName) ?? [usual]
    return names.contains(usual) ? usual : names.first ?? MeanLoss.name
  }

  let data: RunData
  var choices: RunChoices
  let engine: Engine
  /// The folder for the run's files; a new folder `runs/NAME-…` when nil.
  let folder: String?
  let older: RunFolder.Older
  /// The processes that carry out the plan together, each with one of its own; nil where this one does it alone.
  let collective: Collective?
  /// A Boolean value that indicates whether the run continues from a checkpoint.
  let isUnderway: Bool

  /// - Parameters:
  ///   - folder: where the run's files go; `runs/NAME-…` when nil.
  ///   - resume: whether to go on from the folder's newest checkpoint.
  ///   - overwrite: whether an older run in the folder is cleared; its model stays until the new one takes its place.
  ///   - threads: as many as there are processors when nil.
  ///   - collective: the processes that carry out the plan together: each makes one of the same settings and data, and the
  ///     first of them writes the folder. Batches are then divided into shards, and the model has the bits of one process.
  /// - Throws: when the data cannot be read or learned from, or a setting is wrong; when the folder holds an older run, or
  ///   belongs to another process.
  public init(
    _ configuration: RunConfiguration, folder: String? = nil, resume: Bool = false, overwrite: Bool = false,
    threads: Int? = nil, collective: Collective? = nil
  ) throws {
    try self.init(
      configuration, folder: folder, resume ? .resume : overwrite ? .overwrite : .refuse, threads: threads,
      collective: collective, sources: SharedSources())
  }

  /// The run of some data, with some of its settings.
  ///
  /// - Parameters:
  ///   - data: a path, or the name of a built-in data set.
  ///   - target: the column to predict; the data's own where it has one.
  ///   - recipe: how it is trained; what is nil is chosen from the data.
  ///   - folder: where the run's files go; `runs/NAME-…` when nil.
  /// - Throws: as ``init(_:folder:resume:overwrite:threads:collective:)``.
  public init(
    data: String, target: String? = nil, model: ModelConfiguration = ModelConfiguration(),
    recipe: Recipe = Recipe(), folder: String? = nil
  ) throws {
    var configuration = RunConfiguration()
    configuration.data.source = data
    configuration.data.target = target
    configuration.model = model
    configuration.training = recipe
    try self.init(configuration, folder: folder)
  }

  /// - Parameter sources: where the data is opened; runs that share them read it once.
  init(
    _ given: RunConfiguration, folder: String?, _ older: RunFolder.Older, threads: Int?,
    collective: Collective? = nil, sources: SharedSources
  ) throws {
    // Before any work; once more when the folder is taken. By one of several processes: a look takes the lock.
    if let folder, (collective?.rank ?? 0) == 0 {
      try RunFolder(path: folder).check(older, inputs: [given.data.source, given.data.testData])
    }
    let standard = try Engine.standard()
    engine =
      try (threads ?? collective.flatMap { try RankThreads.count($0) }).map {
        try Engine(instructionSet: standard.instructionSet, threads: $0)
      } ?? standard
    self.collective = collective
    data = try RunData(given, sources: sources)
    choices = try RunChoices(
      given, data, isShared: collective != nil && older != .resume, engine: engine)
    if older == .resume, let collective, collective.count > 1, choices.configuration.training.shards == nil,
      !choices.isSolved
    {
      throw ApusError(
        "the run was begun without shards, which \(collective.count) processes could share",
        at: folder ?? "--resume", expected: "one process",
        fix: "go on with it in one, or begin another run with several")
    }
    configuration = choices.configuration
    reasons = RunPlan.Reasons(data.choices + choices.lines, choices.reasons)
    (self.folder, self.older) = (folder, older)
    var notes = (data.streamNote.map { [$0] } ?? []) + data.notes + choices.notes
    if let note = Self.noteOnProcesses(collective, settings: choices.settings) { notes.append(note) }
    if let folder, older == .resume {
      let start = try RunStart(RunFolder(path: folder), choices, data)
      isUnderway = start.state != nil || !start.members.isEmpty
      notes += start.notes
    } else {
      isUnderway = false
    }
    self.notes = notes
  }
}

extension RunPlan {
  /// A note on processes that have nothing to compute, as there are more of them than shards.
  private static func noteOnProcesses(_ collective: Collective?, settings: TrainingSettings) -> String? {
    guard let count = collective?.count, let shards = settings.recipe.shards, count > shards else {
      return nil
    }
    var batch = settings.batch
    while ShardDivision.automatic(batch: batch) < count, batch < 1 << 20 { batch *= 2 }
    return "\(count - shards) of the \(count) processes have no rows: a batch of \(settings.batch) has "
      + "\(counted(shards, "shard")); one of \(batch) has a shard for each"
  }

  /// The choices made for a run, with their reasons.
  public struct Reasons: Sendable, Equatable, CustomStringConvertible {
    /// The choices made, in words: a line for each choice.
    public let lines: [String]
    /// Each setting with its value, and who set it.
    public let settings: [Reason]

    init(_ lines: [String], _ settings: [Reason]) { (self.lines, self.settings) = (lines, settings) }

    /// A line for each setting.
    public var description: String { settings.map(\.description).joined(separator: "\n") }
  }
}
