package import ApusCore

extension Search.Run {
  /// The state of the folder in which a process begins to work on a search.
  enum Beginning {
    /// None has begun there.
    case new(RunFolder.Older)
    /// One was interrupted, or done; more trials may be asked for.
    case resume
    /// Others are at work, or none has begun yet.
    case join
  }

  /// Takes a folder, or a place among those who work in it.
  ///
  /// - Returns: also a lock that keeps out whoever wants the folder for something else.
  static func begin(
    _ file: ConfigurationFile, folder: String?, _ beginning: Beginning, worker: String
  ) throws -> (path: String, lock: FolderLock) {
    func agreement(_ path: String) -> SearchAgreement {
      SearchAgreement(folder: SearchFolder(path: path), files: MountedFiles(), worker: worker)
    }
    switch (beginning, folder) {
    case (.new(let older), _):
      let (taken, lock) = try RunFolder.take(folder, name: "search", older, keepsModel: false)
      try agreement(taken.path).begin(file)
      lock.share()
      return (taken.path, lock)
    case (_, nil):
      throw ApusError("no folder of a search is named", expected: "the folder that it was begun in")
    case (.join, let path?):
      try RunFolder.checkSearch(in: path)
      try agreement(path).begin(file)
      return (path, try sharedLock(path))
    case (.resume, let path?):
      let files = SearchFolder(path: path)
      guard Files.exists(files.settings) else { throw noSearch(in: path) }
      let older = try ConfigurationFile(contentsOf: files.settings)
      let takesMore = try isLonger(file, than: older, agreement(path))
      try files.make()
      guard takesMore else { return (path, try sharedLock(path)) }
      let lock: FolderLock
      do throws(ApusError) {
        lock = try FolderLock(path)
      } catch {
        var error = error
        error.fix = "wait until the others have ended, or help them with --join"
        throw error
      }
      try agreement(path).replace(file)
      lock.share()
      return (path, lock)
    }
  }

  package static func noSearch(in path: String) -> ApusError {
    ApusError(
      "holds no search", at: path, expected: "search.yaml in it",
      fix: "begin one with apus search --config FILE --out \(path), or give --config with --join")
  }

  /// Returns whether a search is one in the folder with more trials.
  ///
  /// - Throws: when it is another; when with more trials halving would have more rungs.
  private static func isLonger(
    _ given: ConfigurationFile, than older: ConfigurationFile, _ agreement: SearchAgreement
  ) throws -> Bool {
    try agreement.check(given, against: older, except: "search.trials")
    let (new, old) = (try TrialBoard(given.search), try TrialBoard(older.search))
    guard new.trials.count > old.trials.count else {
      if new.trials.count < old.trials.count { try agreement.check(given, against: older) }
      return false
    }
    guard old.rungs == new.rungs else {
      throw ApusError(
        "with \(new.trials.count) trials halving has \(new.rungs.count) rungs, and it had others with \(old.trials.count)",
        at: "search.trials", fix: "begin a new search with --out")
    }
    return true
  }

  /// Whoever begins a search in the folder has it alone for a moment.
  static func sharedLock(_ path: String) throws(ApusError) -> FolderLock {
    for _ in 0..<50 {
      do throws(ApusError) {
        return try FolderLock(path, isShared: true)
      } catch {
        guard Files.status(at: path)?.kind == .folder else { throw error }
        Clock.sleep(seconds: 0.1)
      }
    }
    return try FolderLock(path, isShared: true)
  }
}
