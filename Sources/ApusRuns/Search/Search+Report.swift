public import ApusCore

extension Search {
  /// The results of a search.
  public struct Report: Sendable {
    public let metric: String
    /// The keys that were varied.
    public let keys: [String]
    /// The ranges that their values were taken from.
    public let ranges: [Search.Range]
    /// The best first.
    public let trials: [Search.Trial]
    /// The fraction of the scores' spread that each key explains, the largest first.
    public let importance: [Search.Importance]
    public let seconds: Double
    public let folder: String
    public let isInterrupted: Bool

    /// The best of the trials that had all their epochs.
    public var best: Search.Trial? { trials.first { $0.status == .finished } }

    /// The file that reruns the best trial; nil when there is none.
    public var bestConfiguration: String? { best.map { _ in "\(folder)/best.yaml" } }

    /// The object that `--json` prints.
    public var json: JSONValue {
      .object([
        JSONMember("metric", .string(metric)),
        JSONMember("best", bestConfiguration.map { .string($0) } ?? .null),
        JSONMember("seconds", .double(seconds)), JSONMember("importance", importanceJSON),
        JSONMember("trials", .array(trials.map { .object(members(of: $0)) })),
      ])
    }

    /// The text of `search.json`: without folders, hosts and seconds, so that the same search leaves the same file, whoever
    /// did what of it.
    package var leaderboard: String {
      let lines = trials.map { trial in
        var line = members(of: trial) + [JSONMember("scores", .array(trial.scores.map { .double($0) }))]
        if let steps = trial.steps { line.append(JSONMember("steps", .integer(steps))) }
        return JSONValue.object(line)
      }
      let whole = JSONValue.object([
        JSONMember("metric", .string(metric)), JSONMember("best", best.map { .integer($0.number) } ?? .null),
        JSONMember("importance", importanceJSON), JSONMember("trials", .array(lines)),
      ])
      return whole.text(indents: true) + "\n"
    }

    private var importanceJSON: JSONValue {
      .object(importance.map { JSONMember($0.key, .double($0.share)) })
    }

    private func members(of trial: Search.Trial) -> [JSONMember] {
      [
        JSONMember("number", .integer(trial.number)), JSONMember("status", .string(trial.status.rawValue)),
        JSONMember("score", trial.score.map { .double($0) } ?? .null),
        JSONMember("epochs", .integer(trial.epochs)),
        JSONMember("values", .object(zip(keys, trial.values).map { JSONMember($0, $1) })),
        JSONMember("problem", trial.problem.map { .string($0) } ?? .null),
      ]
    }
  }
}

extension Search.Report {
  /// Reads the results of a search so far from its folder. Writes nothing.
  ///
  /// - Throws: when the folder is not that of a search.
  public init(folder: String) throws {
    let files = SearchFolder(path: folder)
    guard Files.exists(files.settings) else {
      throw ApusError(
        "there is no search.yaml", at: folder, expected: "the folder of a search", fix: "run apus search")
    }
    let search = try ConfigurationFile(contentsOf: files.settings).search
    // A worker that takes nothing.
    let reader = SearchWorker(
      folder, try TrialBoard(search), lease: search.lease ?? SearchConfiguration.defaultLease, name: "reader"
    ) { _ in "" }
    if Files.exists(files.results) { try reader.refresh() }
    self.init(
      reader.board, space: try search.space(), folder: folder,
      seconds: reader.board.trials.reduce(0) { $0 + $1.seconds })
  }

  package init(_ board: TrialBoard, space: SearchConfiguration.Space, folder: String, seconds: Double) {
    self.init(
      metric: board.judge.name, keys: space.axes.map(\.key), ranges: space.axes.map(\.range),
      trials: board.judge.ranked(board.trials),
      importance: Search.Importance.all(space, board.trials), seconds: seconds, folder: folder,
      isInterrupted: !board.isComplete)
  }
}
