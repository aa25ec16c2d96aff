import ApusCore

/// A worker's right to a trial at a rung: a file `workers/TRIAL-RUNG-GENERATION.lease` that is linked to its name, which one
/// worker alone can do, and is never changed nor removed. When its worker has ended or been lost, the next generation may be
/// taken.
struct TrialLease: Sendable, Equatable {
  /// The worker's name.
  let worker: String
  /// The worker's leases so far: no two leases have the same bytes.
  let claim: Int
  /// The folders that the trial's runs have had, in `trials`; the last is this lease's.
  let folders: [String]
  /// The number of workers that were lost during it in a row without a step of progress, this one included.
  let attempts: Int
  /// The progress of the trial's runs when the lease was taken.
  let progress: String

  var folder: String { folders.last ?? "" }

  init(worker: String, claim: Int, folders: [String], attempts: Int, progress: String) {
    (self.worker, self.claim, self.folders) = (worker, claim, folders)
    (self.attempts, self.progress) = (attempts, progress)
  }

  var bytes: [UInt8] {
    let json = JSONValue.object([
      JSONMember("worker", .string(worker)), JSONMember("claim", .integer(claim)),
      JSONMember("folders", .array(folders.map { .string($0) })), JSONMember("attempts", .integer(attempts)),
      JSONMember("progress", .string(progress)),
    ])
    return Array((json.text(indents: true) + "\n").utf8)
  }

  /// Nil for what is no lease.
  init?(_ bytes: [UInt8]) {
    guard let json = try? StrictJSON.parse(String(decoding: bytes, as: UTF8.self), name: "lease"),
      let worker = json["worker"]?.stringValue, let claim = json["claim"]?.intValue,
      let folders = json["folders"]?.arrayValue?.compactMap(\.stringValue), !folders.isEmpty,
      let attempts = json["attempts"]?.intValue, let progress = json["progress"]?.stringValue
    else { return nil }
    self.init(worker: worker, claim: claim, folders: folders, attempts: attempts, progress: progress)
  }
}
