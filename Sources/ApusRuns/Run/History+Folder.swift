import ApusCore
public import ApusTraining

extension History {
  /// The epochs of a run's trainings, read from its folder: of an ensemble of seeds several, else one.
  ///
  /// - Throws: when there is no `history.csv`, or it is none that a run wrote.
  public static func all(ofRun folder: String) throws -> [History] {
    let path = "\(folder)/history.csv"
    guard Files.exists(path) else {
      throw ApusError(
        "there is no history.csv", at: folder, expected: "the folder of a run that is done",
        fix: "train one with apus train, or go on with --resume")
    }
    do {
      var histories = try History.all(csv: FileBytes.text(of: path))
      let report = try Self.report(folder)
      let members = report?["members"]?.arrayValue ?? report.map { [$0] } ?? []
      for (number, member) in members.enumerated() where histories.indices.contains(number) {
        guard let kept = member["kept"], kept != .null else { continue }
        histories[number].kept = try JSONCoding.decode(KeptWeights.self, from: kept, name: path)
      }
      return histories
    } catch let error as ApusError {
      throw error.at(path)
    }
  }

  private static func report(_ folder: String) throws -> JSONValue? {
    let path = "\(folder)/run.json"
    return Files.exists(path) ? try StrictJSON.parse(FileBytes.text(of: path), name: path) : nil
  }
}
