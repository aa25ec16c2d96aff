import ApusCore
import ApusNN
import ApusTraining

extension RunPlan {
  /// What several processes must have in common to carry out a plan together, by name: every setting, the data, and the state
  /// from which the run goes on.
  func agreement(_ start: RunStart?) throws -> [(name: String, value: String)] {
    var values =
      Self.values(configuration.data) + Self.values(configuration.model) + Self.values(configuration.training)
    values.append(("the data's fingerprint", dataFingerprint))
    if let start {
      var hash = StableHasher()
      for member in start.members { hash.add(try member.model.serialized()) }
      if let state = start.state {
        hash.add(try JSONCoding.encode(state.progress).text())
        for floats in [state.parameters] + state.slots + state.kept {
          hash.add(floats.withUnsafeBytes { Array($0) })
        }
      }
      values.append(("the steps that are done", "\(start.state?.progress.step ?? 0)"))
      values.append(("the checkpoint's fingerprint", hash.text))
    }
    return values
  }

  /// The fingerprint of the data, and of the model that the run goes on from.
  var dataFingerprint: String {
    var hash = StableHasher()
    hash.add(data.fingerprint)
    if let pretrained = data.pretrained { hash.add(pretrained.fingerprint) }
    return hash.text
  }

  /// Those that aren't given are among them: all processes name the same.
  static func values<Group: SettingGroup>(_ group: Group) -> [(name: String, value: String)] {
    Group.settings.map { ($0.key, $0.value(group)?.text() ?? "not given") }
  }
}
