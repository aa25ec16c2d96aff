package import ApusCore
import ApusData
import ApusNN
import ApusViews

/// The items that the page's menus offer: those of the tables, so that whatever is added to one shows up by itself.
package enum Menus {
  package static var json: JSONValue {
    get throws(ApusError) {
      var sets: [JSONValue] = []
      for set in PointSet.table { sets.append(try json(set)) }
      var presets: [JSONValue] = []
      for preset in Preset.table { presets.append(try preset.json) }
      return .object(
        [
          JSONMember("activations", .array(LessonPlan.activations.items.map { json($0) })),
          JSONMember(
            "losses",
            .array(
              Losses.table.prototypes.map {
                json($0, JSONMember("isForNumbers", .bool($0.isForNumbers)))
              })),
          JSONMember(
            "optimizers",
            .array(
              Optimizers.table.prototypes.map {
                json($0, JSONMember("learningRate", .double($0.defaultRate)))
              })),
          JSONMember("schedules", .array(Schedules.table.items.map { json($0) })),
          JSONMember("initializers", .array(Initializers.table.items.map { json($0) })),
          JSONMember("lesson", try Lesson().json),
          JSONMember("layer", try JSONCoding.encode(LessonLayer())),
          JSONMember(
            "sets",
            .array(sets + [try digits])),
          JSONMember(
            "features",
            .array(
              PointFeature.table.map {
                .object([JSONMember("name", .string($0.name)), JSONMember("title", .string($0.title))])
              })),
          JSONMember(
            "scalings",
            .array(NumberScaling.Kind.allCases.filter { $0 != .meanImage }.map { .string($0.rawValue) })),
          JSONMember("presets", .array(presets)),
          JSONMember(
            "defaultLosses",
            .object(
              [LearningTask.classification, .regression].map {
                JSONMember($0.rawValue, .string(type(of: LessonPlan.defaultLoss($0)).name))
              })),
          JSONMember("settings", .object(LessonSetting.table.map(\.json))),
          JSONMember(
            "limits",
            .object([
              JSONMember("layers", .integer(Limits.layers)), JSONMember("units", .integer(Limits.units)),
              JSONMember("points", .integer(Limits.points)), JSONMember("edits", .integer(Limits.edits)),
              JSONMember("epochs", .integer(Limits.epochs)),
              JSONMember("shownInputs", .integer(Limits.shownInputs)),
              JSONMember("bytes", .integer(Limits.tableBytes / 2)),
            ])),
        ])
    }
  }

  /// A set with some of its points for a small picture: x, y and target of each, in tenths and hundredths.
  private static func json(_ set: PointSet) throws(ApusError) -> JSONValue {
    var data = LessonData()
    (data.set, data.points, data.noise) = (set.name, 80, 0.02)
    data.classes = min(max(data.classes, set.classes.lowerBound), set.classes.upperBound)
    let points = try LessonPoints(data, table: nil)
    let unit = set.task == .classification ? 1.0 : 100
    let sample = (0..<points.count).flatMap {
      [points.x[$0] * 10, points.y[$0] * 10, points.targets[$0] * unit].map {
        JSONValue.integer(Int($0.rounded()))
      }
    }
    return .object([
      JSONMember("name", .string(set.name)), JSONMember("title", .string(set.title)),
      JSONMember("task", .string(set.task.rawValue)),
      JSONMember("classes", .array([.integer(set.classes.lowerBound), .integer(set.classes.upperBound)])),
      JSONMember("sample", .array(sample)),
    ])
  }

  /// The bundled digits among the sets of points, with one of them.
  private static var digits: JSONValue {
    get throws(ApusError) {
      let images = try ImageSet.digits().training
      let start = (images.labels.firstIndex(of: 3) ?? 0) * images.inputSize
      let sample = images.bytes[start..<(start + images.inputSize)].map { JSONValue.integer(Int($0)) }
      return .object([
        JSONMember("name", .string(LessonData.digits)), JSONMember("title", .string("Digits, 8 × 8")),
        JSONMember("task", .string(LearningTask.classification.rawValue)),
        JSONMember("classes", .array([.integer(10), .integer(10)])), JSONMember("areImages", .bool(true)),
        JSONMember("sample", .array(sample)),
      ])
    }
  }

  /// Name, formula, the parameters that are numbers or yes and no, and what the family has besides.
  private static func json(_ item: any Named, _ others: JSONMember...) -> JSONValue {
    let (type, defaults) = (type(of: item), item.parameters)
    let members = [
      JSONMember("name", .string(type.name)), JSONMember("formula", .string(type.formula)),
      JSONMember(
        "parameters",
        .array(
          item.parameterNames.compactMap { name in
            switch defaults[name] {
            case .number?, .bool?, .string?:
              .object([JSONMember("name", .string(name)), JSONMember("value", defaults[name]!)])
            default: nil
            }
          })),
    ]
    return .object(members + others)
  }
}

extension Loss {
  /// A Boolean value that indicates whether it makes sense for numbers of any size: not for one that takes its targets
  /// for yes and no.
  var isForNumbers: Bool {
    classTargets == .indicators(off: 0, on: 1) && predictions == .scores(threshold: 0.5)
  }
}
