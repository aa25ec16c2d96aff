import ApusCore
import Yams

extension JSONValue {
  init(yaml node: Node) throws {
    switch node {
    case .mapping(let mapping):
      self = .object(
        try mapping.map { key, value in
          guard let name = key.string else { throw ApusError("a key is a name") }
          return JSONMember(name, try JSONValue(yaml: value))
        })
    case .sequence(let sequence):
      self = .array(try sequence.map { try JSONValue(yaml: $0) })
    case .scalar(let scalar):
      if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
        self = .string(scalar.string)
      } else if node.null != nil {
        self = .null
      } else if let bool = node.bool {
        self = .bool(bool)
      } else if let integer = Int(scalar.string) {
        self = .integer(integer)
      } else if let integer = UInt64(scalar.string) {
        self = .integer(integer)
      } else if let number = Double(scalar.string), number.isFinite {
        self = .double(number)
      } else {
        self = .string(scalar.string)
      }
    case .alias:
      throw ApusError("aliases are not known here", fix: "write the value out")
    }
  }

  var yaml: Node {
    switch self {
    case .null: Node("null")
    case .bool(let value): Node(value ? "true" : "false")
    case .number(let digits): Node(digits)
    case .string(let text): Node(text, .implicit, needsQuotes(text) ? .doubleQuoted : .any)
    case .array(let values): Node(values.map(\.yaml), .implicit, values.allSatisfy(\.isScalar) ? .flow : .any)
    case .object(let members): Node(members.map { (Node($0.key), $0.value.yaml) })
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// Text that would read back as something else.
  private func needsQuotes(_ text: String) -> Bool {
    Double(text) != nil
      || ["", "~", "null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
  }
}
