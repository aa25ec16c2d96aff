import ApusCore
import ApusData
import ApusTraining

/// The folder that a run leaves: the model, the configuration that reruns it, the history, the checkpoints.
struct RunFolder: Sendable {
  let path: String

  var model: String { "\(path)/model.safetensors" }
  var configuration: String { "\(path)/config.yaml" }
  var history: String { "\(path)/history.csv" }
  var report: String { "\(path)/run.json" }
  var page: String { "\(path)/report.html" }
  /// The part of each row.
  var split: String { "\(path)/split.csv" }
  /// The path of a cross-validation's metrics over the folds.
  var scores: String { "\(path)/folds.json" }
  /// The path of a cross-validation's predictions: each row's by the model that was not trained on it.
  var predictions: String { "\(path)/predictions.csv" }
  /// The checkpoints of the first of several trainings.
  var checkpoints: String { checkpoints(member: 0) }

  /// Returns the path of the checkpoints of one of several trainings, counted from 0.
  func checkpoints(member: Int) -> String {
    "\(path)/checkpoints" + (member > 0 ? "/member-\(member + 1)" : "")
  }

  /// The model of one of several trainings that is done.
  func member(_ member: Int) -> String { "\(path)/members/\(member + 1).safetensors" }

  /// Returns the path of the record of a training besides its model.
  func memberRecord(_ member: Int) -> String { "\(path)/members/\(member + 1).json" }

  // MARK: Taking a folder

  /// The handling of a folder that holds an older run.
  enum Older {
    /// Goes on with it.
    case resume
    /// Leaves it alone.
    case refuse
    /// Clears what belongs to it.
    case overwrite
  }

  /// Takes a folder for a run: the one that is given, or a new one `runs/NAME-…`, numbered, that nobody else has.
  ///
  /// - Returns: also its lock, which keeps other processes out for as long as it lives.
  /// - Throws: when the folder cannot be made or written to, when another process has it, or when it holds an older run
  ///   that is to be left alone.
  ///
  /// - Parameter keepsModel: whether an older run's model stays, until a new one takes its place.
  static func take(
    _ given: String?, name: String, _ older: Older, keepsModel: Bool
  ) throws(ApusError) -> (
    RunFolder, FolderLock
  ) {
    guard let given else {
      let new = try makeNew(name)
      return (new, try FolderLock(new.path))
    }
    let folder = RunFolder(path: given)
    try folder.make()
    let lock = try FolderLock(given)
    switch older {
    case .resume: break
    case .refuse:
      lock.release()
      try refuseOlder(in: given)
      return (folder, try FolderLock(given))
    case .overwrite:
      folder.clear()
      if !keepsModel { Files.remove(folder.model) }
    }
    AtomicFile.removeRemains(in: given)
    return (folder, lock)
  }

  /// Says before any work what is wrong with the folder; it is looked at once more when it is taken.
  ///
  /// - Parameter inputs: the files that the run reads.
  /// - Throws: when it holds a run that is to be left alone, or belongs to another process.
  func check(_ older: Older, inputs: [String?]) throws(ApusError) {
    switch older {
    case .refuse: try Self.refuseOlder(in: path)
    case .overwrite: try refuseClearing(inputs)
    case .resume: break
    }
    if Files.status(at: path)?.kind == .folder { try FolderLock(path).release() }
  }

  /// - Throws: when a folder holds a run.
  private static func refuseOlder(in path: String) throws(ApusError) {
    guard let file = RunFolder(path: path).trace else { return }
    // Who writes there at the moment is the better reason.
    try FolderLock(path).release()
    throw ApusError(
      "holds an older run (\(file))", at: path, expected: "a folder without one",
      fix: "choose another folder with --out, go on with --resume, or give --overwrite to clear the older run"
    )
  }

  /// Creates a new folder; runs that begin at the same time have a folder of their own each.
  private static func makeNew(_ name: String) throws(ApusError) -> RunFolder {
    try RunFolder(path: "runs").make()
    var number = 1
    while true {
      let path = "runs/\(name)-\(number)"
      if !Files.exists(path), try Files.makeNewFolder(path) { return RunFolder(path: path) }
      number += 1
    }
  }

  private func make() throws(ApusError) {
    do throws(ApusError) {
      try Files.makeFolder(path)
    } catch {
      var error = error
      error.fix = "choose another with --out"
      throw error
    }
    guard Files.isWritable(path) else {
      throw ApusError("the folder cannot be written to", at: path, fix: "choose another with --out")
    }
  }

  /// Makes a folder within it, and clears away what a killed run left half-written there.
  func make(_ folder: String) throws(ApusError) {
    try Files.makeFolder(folder)
    AtomicFile.removeRemains(in: folder)
  }

  /// Makes a folder for a search that several processes begin together.
  ///
  /// - Throws: when the folder cannot be made or written to, or holds a run of something else.
  static func checkSearch(in path: String) throws(ApusError) {
    try RunFolder(path: path).make()
    // Looked for first: others may begin the search meanwhile.
    guard let file = files.first(where: { Files.exists("\(path)/\($0)") }) else { return }
    throw ApusError(
      "holds a run (\(file)) and no search", at: path, expected: "a folder of a search, or a new one",
      fix: "choose another folder with --join")
  }

  // MARK: What an older run left

  private static let files = ["config.yaml", "model.safetensors", "history.csv", "run.json"]
  private static let searchFiles = ["search.json", "search.yaml", "best.yaml", "search.svg"]

  /// A file that says that a run, a search or a cross-validation was here.
  private var trace: String? {
    let names = Self.files + Self.searchFiles + ["fold-1/config.yaml"]
    return names.first { Files.exists("\(path)/\($0)") }
      ?? CheckpointStore.names(in: checkpoints).first.map { "checkpoints/\($0)" }
  }

  private static let clearedFiles =
    ["history.csv", "run.json", "report.html", "config.yaml", "split.csv", "folds.json", "predictions.csv"]
    + searchFiles

  /// - Throws: when clearing an older run would remove one of a new run's own inputs.
  private func refuseClearing(_ inputs: [String?]) throws(ApusError) {
    for name in Self.clearedFiles {
      guard let identity = Files.status(at: "\(path)/\(name)")?.identity,
        let input = inputs.compactMap({ $0 }).first(where: { Files.status(at: $0)?.identity == identity })
      else { continue }
      throw ApusError(
        "is read here, and --overwrite would clear it", at: input, fix: "choose another folder with --out")
    }
  }

  /// Removes what belongs to an older run but its model, which stays until the new one takes its place.
  private func clear() {
    let isSearch = Files.exists(SearchFolder(path: path).settings)
    for name in Self.clearedFiles {
      Files.remove("\(path)/\(name)")
    }
    removeMembers()
    Files.removeFolder("\(path)/members")
    clear(checkpoints)
    // The runs of a search or of a cross-validation, models too.
    let names = (try? Files.names(in: path)) ?? []
    let folds = names.filter { $0.hasPrefix("fold-") && Int($0.dropFirst(5)) != nil }
    // Those of trials that were taken over have numbers behind the trial's.
    let trials = ((try? Files.names(in: "\(path)/trials")) ?? []).filter { name in
      name.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { Int($0) != nil }
    }
    for name in folds + trials.map({ "trials/\($0)" }) {
      let run = RunFolder(path: "\(path)/\(name)")
      run.clear()
      Files.remove(run.model)
      Files.removeFolder(run.path)
    }
    Files.removeFolder("\(path)/trials")
    if isSearch { SearchFolder(path: path).clear() }
  }

  /// Removes a folder's checkpoints, those of its members too, and the folders that are empty then.
  private func clear(_ folder: String) {
    for name in CheckpointStore.names(in: folder) { Files.remove("\(folder)/\(name)") }
    for name in (try? Files.names(in: folder)) ?? [] where name.hasPrefix("member-") {
      clear("\(folder)/\(name)")
    }
    Files.removeFolder(folder)
  }

  /// Removes what an earlier run in the folder left, which a resumed one would take for its own.
  private func removeMembers() {
    var number = 0
    while Files.remove(member(number)) {
      Files.remove(memberRecord(number))
      number += 1
    }
  }
}
