package import ApusCore

/// A trial's result at a rung: a file, `results/TRIAL-RUNG.json`, that is never changed. Of several workers that come to it,
/// the first one's counts.
package struct TrialResult: Sendable, Equatable {
  package enum Status: String, Sendable {
    /// Another rung is to come.
    case waiting
    case finished
    case failed
  }

  /// The trial, from 1.
  package let number: Int
  /// Counted from 0; in the file from 1.
  package let rung: Int
  package var status: Status
  /// The metric after this rung; after all rungs that are left, where the training has ended.
  package var scores: [Double] = []
  package var epochs = 0
  package var steps: Int?
  /// Why it failed.
  package var problem: String?
  /// The folder with its run, in `trials`.
  package var folder: String
  /// The worker that had it, and how long: of interest to people only.
  package var worker = ""
  package var seconds = 0.0

  package init(number: Int, rung: Int, status: Status, folder: String) {
    (self.number, self.rung, self.status, self.folder) = (number, rung, status, folder)
  }

  package var json: JSONValue {
    var members = [
      JSONMember("trial", .integer(number)), JSONMember("rung", .integer(rung + 1)),
      JSONMember("status", .string(status.rawValue)),
      // What isn't finite is null.
      JSONMember("scores", .array(scores.map { .double($0) })), JSONMember("epochs", .integer(epochs)),
      JSONMember("folder", .string(folder)), JSONMember("worker", .string(worker)),
      JSONMember("seconds", .double(seconds)),
    ]
    if let steps { members.append(JSONMember("steps", .integer(steps))) }
    if let problem { members.append(JSONMember("problem", .string(problem))) }
    return .object(members)
  }

  /// - Throws: when it isn't a trial's result.
  package init(_ json: JSONValue, at path: String) throws(ApusError) {
    guard let number = json["trial"]?.intValue, let rung = json["rung"]?.intValue, rung >= 1,
      let status = json["status"]?.stringValue.flatMap({ Status(rawValue: $0) }),
      let scores = json["scores"]?.arrayValue, let epochs = json["epochs"]?.intValue,
      let folder = json["folder"]?.stringValue
    else {
      throw ApusError("isn't a trial's result", at: path, fix: "remove it; the trial is then run again")
    }
    self.init(number: number, rung: rung - 1, status: status, folder: folder)
    self.scores = scores.map { $0.doubleValue ?? .nan }
    (self.epochs, steps, problem) = (epochs, json["steps"]?.intValue, json["problem"]?.stringValue)
    (worker, seconds) = (json["worker"]?.stringValue ?? "", json["seconds"]?.doubleValue ?? 0)
  }
}
