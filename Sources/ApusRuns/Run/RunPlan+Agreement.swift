import ApusCore
import ApusNN
import ApusTraining

extension RunPlan {
  /// What several processes must have in common to carry out a plan together, by name: every setting, the data, and the state
  /// from which the run goes on.
  func agreement(_ start: RunStart?) throws -> [(name: String, value: String)] {
    var values =
      Self.values(configuration.data) + Self.values(configuration.model) + Self.values(configuration.training)
    var data = StableHasher()
    data.add(self.data.fingerprint)
    if let pretrained = self.data.pretrained { data.add(pretrained.fingerprint) }
    values.append(("the data's fingerprint", data.text))
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

  /// Those that aren't given are among them: all processes name the same.
  private static func values<Group: SettingGroup>(_ group: Group) -> [(name: String, value: String)] {
    Group.settings.map { ($0.key, $0.value(group)?.text() ?? "not given") }
  }
}
