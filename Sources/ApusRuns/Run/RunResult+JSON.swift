public import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunResult {
  /// The object that `--json` prints and `run.json` holds.
  public var json: JSONValue {
    let members =
      [
        JSONMember("task", .string(task.rawValue)), JSONMember("train", training.json),
        JSONMember("validation", validation.json), JSONMember("test", test.json),
        JSONMember(
          "standardErrors",
          .object(
            [("train", training), ("validation", validation), ("test", test)].map {
              JSONMember($0, $1.errorsJSON)
            })),
        JSONMember("epochs", .integer(epochs)), JSONMember("seconds", .double(seconds)),
        JSONMember("samplesPerSecond", .double(samplesPerSecond)),
        JSONMember("parameters", .integer(model.parameterCount)), JSONMember("model", .string(modelFile)),
        JSONMember("kept", kept.json), JSONMember("stopReason", stopReason.map { .string($0) } ?? .null),
      ] + (self.members.count > 1 ? [JSONMember("members", .array(self.members.map(\.json)))] : [])
    let labels =
      labels.isEmpty || evaluated != .test ? [] : [JSONMember("labels", .array(labels.map(\.json)))]
    return .object(
      members + decisions + labels + targetMembers + (linear.map { [JSONMember("linear", $0.json)] } ?? [])
        + (model.shards.map { [JSONMember("shards", .integer($0))] } ?? []) + [
          JSONMember("threads", .integer(threads)), JSONMember("instructionSet", .string(instructionSet)),
          JSONMember("bestEpoch", history.bestEpoch.map { .integer($0) } ?? .null),
          JSONMember("reasons", .object(reasons.settings.map { JSONMember($0.key, .string($0.why)) })),
        ])
  }

  /// The class that figures of one of two classes are of, and the thresholds.
  private var decisions: [JSONMember] {
    var members: [JSONMember] = []
    if let name = [training, validation, test].joined().lazy.compactMap(\.positiveClass).first {
      members.append(JSONMember("positiveClass", .string(name)))
    }
    if !thresholds.isEmpty {
      members.append(
        JSONMember("thresholds", .object(thresholds.map { JSONMember($0.name, .double($0.value)) })))
    }
    return members
  }

  /// The metrics of each of several numbers, by part.
  private var targetMembers: [JSONMember] {
    let parts = [("train", Part.training), ("validation", .validation), ("test", .test)]
    let names = targets(.training).map(\.name)
    guard !names.isEmpty else { return [] }
    let objects = names.indices.map { output -> JSONValue in
      let known = parts.compactMap { name, part in
        targets(part).indices.contains(output) ? (name, targets(part)[output].metrics) : nil
      }
      return .object(
        [JSONMember("name", .string(names[output]))] + known.map { JSONMember($0, $1.json) } + [
          JSONMember("standardErrors", .object(known.map { JSONMember($0, $1.errorsJSON) }))
        ])
    }
    return [JSONMember("targets", .array(objects))]
  }
}

extension RunResult.Member {
  fileprivate var json: JSONValue {
    let last = history.epochs.last
    let shown = history.keptRecord
    return .object([
      JSONMember("epochs", .integer(last?.epoch ?? 0)), JSONMember("kept", history.kept?.json ?? .null),
      JSONMember("stopReason", stopReason.map { .string($0) } ?? .null),
      JSONMember("trainingLoss", shown.map { .double($0.trainingLoss) } ?? .null),
      JSONMember(
        "validation",
        .object((shown?.validation ?? []).map { JSONMember($0.name, .double($0.value)) })),
    ])
  }
}
