import ApusCore
import ApusData

/// A model file of version 1 or 2, which differs: the description of a model's inputs also had what its targets were,
/// which version 3 has in the objective alone.
struct OlderModelFile {
  /// The inputs as they are described now.
  let inputs: JSONValue
  /// The encoding of the targets.
  let targets: TargetEncoding

  /// - Parameter inputs: the older description.
  /// - Throws: when it is damaged.
  init(inputs: JSONValue) throws(ApusError) {
    let name = "inputs"
    guard case .object(let members) = inputs, let member = members.first else {
      throw ApusError("the inputs' description is damaged", at: name, expected: "a table, images or a text")
    }
    switch member.key {
    case "table":
      guard case .object(let table) = member.value, let target = member.value["target"] else {
        throw ApusError("the table has no target", at: name)
      }
      let old = try JSONCoding.decode(Target.self, from: target, name: name)
      targets = try old.encoding
      let columns = try JSONCoding.encode(old.columns)
      self.inputs = .object([
        JSONMember(
          "table", .object(table.map { JSONMember($0.key, $0.key == "target" ? columns : $0.value) }))
      ])
    case "images":
      let images = try JSONCoding.decode(Images.self, from: member.value, name: name)
      targets = TargetEncoding(.classes(names: images.classNames))
      self.inputs = inputs
    default:
      let text = try JSONCoding.decode(TextPreprocessing.self, from: member.value, name: name)
      targets = TargetEncoding(.classes(names: text.vocabulary.names))
      self.inputs = inputs
    }
  }

  private struct Images: Decodable { var classNames: [String] }

  /// The target of a table.
  private struct Target: Decodable {
    var name: String
    var number: Int
    var task: LearningTask
    var classNames: [String]
    var labels: LabelEncoding?
    var mean: Double
    var deviation: Double

    var columns: TargetColumns {
      guard let labels else { return TargetColumns(names: [name], numbers: [number]) }
      return TargetColumns(
        names: labels.separator == nil ? labels.names : [name], numbers: labels.numbers,
        separator: labels.separator)
    }

    var encoding: TargetEncoding {
      get throws(ApusError) {
        switch task {
        case .classification:
          guard classNames.count >= 2 else {
            throw ApusError("the encoding of column \"\(name)\" is damaged", at: "inputs")
          }
          return TargetEncoding(.classes(names: classNames))
        case .multiLabel: return TargetEncoding(.labels(names: labels?.names ?? []))
        case .regression:
          return TargetEncoding(
            .values(names: [name]), scales: [TargetScale(mean: mean, deviation: deviation)])
        }
      }
    }
  }
}
