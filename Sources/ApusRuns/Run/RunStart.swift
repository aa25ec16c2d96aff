import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The state from which an interrupted run continues: the contents of its folder.
struct RunStart {
  /// The trainings of an ensemble that are done, with their models.
  var members: [(training: RunResult.Member, model: Model)] = []
  /// The state of the current training; nil where there is no checkpoint.
  var state: TrainingState?
  var notes: [String] = []

  /// Reads what there is, and writes nothing.
  ///
  /// - Throws: when a checkpoint is of other settings or data; when a model that is done cannot be read.
  init(_ files: RunFolder, _ choices: RunChoices, _ data: RunData) throws {
    while Files.exists(files.member(members.count)) {
      members.append(
        (
          try RunResult.Member(contentsOf: files.memberRecord(members.count)),
          try Model(contentsOf: files.member(members.count))
        ))
    }
    if !members.isEmpty { notes.append("\(members.count) of \(choices.runs) trainings are done") }
    let store = try CheckpointStore(files, choices, data, member: members.count)
    guard let found = try store.latest() else {
      notes.append("there is no checkpoint in \(files.checkpoints): the run begins anew")
      return
    }
    state = found.state
    notes += found.notes
    let steps = choices.settings.length(rows: data.training.count).steps
    notes.append("resumed after step \(found.state.progress.step) of \(steps)")
  }
}

extension CheckpointStore {
  /// The checkpoints of one of a run's trainings, counted from 0.
  init(_ files: RunFolder, _ choices: RunChoices, _ data: RunData, member: Int) throws {
    var hash = StableHasher()
    hash.add(try JSONCoding.encode(choices.configuration).text())
    hash.add(data.fingerprint)
    if let pretrained = data.pretrained { hash.add(pretrained.fingerprint) }
    if member > 0 { hash.add(UInt64(member)) }
    self.init(folder: files.checkpoints(member: member), fingerprint: hash.text)
  }
}
