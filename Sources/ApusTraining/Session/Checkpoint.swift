import ApusCore
import ApusData
import ApusNN

/// The checkpoints of a run: `step-….safetensors` in a folder, the last few of them.
///
/// A checkpoint is written beside its place, synced, renamed and read back before an older one is removed. A loader
/// that finds the newest damaged takes the newest that is not, and says so.
package struct CheckpointStore: Sendable {
  package let folder: String
  /// A fingerprint of what the run depends on; a checkpoint of anything else is refused.
  package let fingerprint: String
  private static let kept = 3

  package init(folder: String, fingerprint: String) {
    self.folder = folder
    self.fingerprint = fingerprint
  }

  /// - Returns: the file's path.
  /// - Throws: when it cannot be written or does not read back.
  @discardableResult
  package func save(_ state: TrainingState) throws -> String {
    var file = SafeTensors()
    file.entries["parameters"] = SafeTensors.Entry(state.parameters, shape: [state.parameters.count])
    for (index, slot) in state.slots.enumerated() {
      file.entries["slot.\(index)"] = SafeTensors.Entry(slot, shape: [slot.count])
    }
    for (index, weights) in state.kept.enumerated() {
      file.entries["kept.\(index)"] = SafeTensors.Entry(weights, shape: [weights.count])
    }
    for (name, values) in [("best", state.best), ("epochStart", state.epochStart)] {
      if let values { file.entries[name] = SafeTensors.Entry(values, shape: [values.count]) }
    }
    file.metadata["progress"] = try JSONCoding.encode(state.progress).text()
    file.metadata["fingerprint"] = fingerprint
    file.metadata["checksum"] = checksum(of: file)
    let digits = String(state.progress.step)
    let name = "step-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits + ".safetensors"
    let path = "\(folder)/\(name)"
    try file.write(to: path)
    _ = try read(path)
    for old in Self.names(in: folder).dropLast(Self.kept) { Files.remove("\(folder)/\(old)") }
    return path
  }

  /// The newest state that is whole, and what was noticed about newer ones; nil when there is none.
  ///
  /// - Throws: when the newest whole checkpoint belongs to other settings or data.
  package func latest() throws -> (state: TrainingState, notes: [String])? {
    var notes: [String] = []
    for name in Self.names(in: folder).reversed() {
      let path = "\(folder)/\(name)"
      do {
        let (state, found) = try read(path)
        guard found == fingerprint else {
          throw ApusError(
            "the checkpoint belongs to other settings or other data", at: path,
            fix: "resume with the configuration and the data that the run began with",
            kind: .foreignCheckpoint)
        }
        return (state, notes)
      } catch let error as ApusError where error.kind != .foreignCheckpoint {
        notes.append("\(name) is damaged (\(error.problem)); the one before it is used")
      }
    }
    return nil
  }

  private func read(_ path: String) throws -> (TrainingState, fingerprint: String) {
    let file = try SafeTensors(contentsOf: path)
    guard file.metadata["checksum"] == checksum(of: file) else {
      throw ApusError("its checksum is wrong", at: path)
    }
    guard let progress = file.metadata["progress"], let parameters = file.entries["parameters"]?.floats else {
      throw ApusError("it is no checkpoint", at: path)
    }
    var slots: [[Float]] = []
    while let slot = file.entries["slot.\(slots.count)"]?.floats { slots.append(slot) }
    var kept: [[Float]] = []
    while let weights = file.entries["kept.\(kept.count)"]?.floats { kept.append(weights) }
    let state = TrainingState(
      progress: try JSONCoding.decode(
        TrainingSession.Progress.self, from: StrictJSON.parse(progress, name: "progress")),
      parameters: parameters, slots: slots, best: file.entries["best"]?.floats,
      epochStart: file.entries["epochStart"]?.floats, kept: kept)
    return (state, file.metadata["fingerprint"] ?? "")
  }

  /// The names of a folder's checkpoints, oldest first.
  package static func names(in folder: String) -> [String] {
    ((try? Files.names(in: folder)) ?? []).filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }
  }

  /// A hash of everything but itself: any changed bit changes it.
  private func checksum(of file: SafeTensors) -> String {
    var hash = StableHasher()
    for (name, entry) in file.entries.sorted(by: { $0.key < $1.key }) {
      hash.add(name)
      hash.add(entry.bytes)
    }
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where key != "checksum" {
      hash.add(key)
      hash.add(value)
    }
    return hash.text
  }
}
