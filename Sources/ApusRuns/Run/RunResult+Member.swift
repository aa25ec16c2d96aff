import ApusCore
public import ApusTraining

extension RunResult {
  /// One of a run's trainings: an ensemble of seeds has several, every other run a single one.
  public struct Member: Sendable, Equatable, Codable {
    /// The epochs, and the one whose weights are kept.
    public var history = History()
    /// The reason for which it ended before its last epoch; nil where it did not.
    public var stopReason: String?

    /// The record beside a member's model.
    ///
    /// - Returns: one without epochs where there is no record: older runs left none.
    init(contentsOf path: String) throws {
      self.init()
      guard Files.exists(path) else { return }
      self = try JSONCoding.decode(
        RunResult.Member.self, from: StrictJSON.parse(FileBytes.text(of: path), name: path), name: path)
    }

    init() {}

    init(_ session: TrainingSession) {
      (history, stopReason) = (session.history, session.progress.stopReason)
    }

    func save(to path: String) throws {
      try AtomicFile.write(path, text: JSONCoding.encode(self).text() + "\n")
    }
  }
}
