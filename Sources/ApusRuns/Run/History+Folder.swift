import ApusCore
public import ApusTraining

extension History {
  /// The epochs of a run, read from its folder.
  ///
  /// - Throws: when there is no `history.csv`, or it is none that a run wrote.
  public init(ofRun folder: String) throws {
    let path = "\(folder)/history.csv"
    guard Files.exists(path) else {
      throw ApusError(
        "there is no history.csv", at: folder, expected: "the folder of a run that is done",
        fix: "train one with apus train, or go on with --resume")
    }
    do {
      try self.init(csv: FileBytes.text(of: path))
      kept = try KeptWeights(ofRun: folder)
    } catch let error as ApusError {
      throw error.at(path)
    }
  }
}

extension KeptWeights {
  /// What a run's object says of its weights; nil where it says nothing.
  fileprivate init?(ofRun folder: String) throws {
    let path = "\(folder)/run.json"
    guard Files.exists(path), let kept = try StrictJSON.parse(FileBytes.text(of: path), name: path)["kept"],
      kept != .null
    else { return nil }
    self = try JSONCoding.decode(KeptWeights.self, from: kept, name: path)
  }
}
