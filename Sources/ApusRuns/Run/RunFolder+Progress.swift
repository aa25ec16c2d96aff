import ApusCore
import ApusTraining

extension RunFolder {
  /// How far the run in a folder is: trainings that are done, then the newest checkpoint of the one at hand.
  struct Progress: Comparable, CustomStringConvertible {
    let members: Int
    /// The name of the newest checkpoint; empty where there is none.
    let checkpoint: String

    static func < (a: Progress, b: Progress) -> Bool { (a.members, a.checkpoint) < (b.members, b.checkpoint) }

    var description: String { "\(members) \(checkpoint)" }
  }

  var progress: Progress {
    var members = 0
    while Files.exists(member(members)) { members += 1 }
    return Progress(
      members: members, checkpoint: CheckpointStore.names(in: checkpoints(member: members)).last ?? "")
  }

  /// Goes on from where another run of the same has got to, which somebody may still be writing.
  ///
  /// Its files are never changed, only replaced and removed: a second name for them is a copy. What is gone meanwhile, or
  /// cannot be had, costs steps that are done once more.
  func takeProgress(of other: RunFolder) throws(ApusError) {
    let progress = other.progress
    try make("\(path)/members")
    for number in 0..<progress.members {
      // The model last: where it is, the record is too.
      guard copy(other.memberRecord(number), memberRecord(number)), copy(other.member(number), member(number))
      else { return }
    }
    let source = other.checkpoints(member: progress.members)
    let target = checkpoints(member: progress.members)
    try make(target)
    for name in CheckpointStore.names(in: source) { _ = copy("\(source)/\(name)", "\(target)/\(name)") }
  }

  private func copy(_ source: String, _ target: String) -> Bool {
    if case .failed = MountedFiles().link(source, as: target) { return Files.exists(target) }
    return true
  }
}
