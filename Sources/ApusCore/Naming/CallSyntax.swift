/// Reads `name`, `name(1, 2)` and `name(key: value)`, as on the command line: `warmup(100), cosine(to: 0)`.
public enum CallSyntax {
  /// The items of a comma-separated list, each as a description for its table.
  ///
  /// - Throws: an error that shows where the text cannot be read.
  public static func parse<Item>(_ text: String, in table: NameTable<Item>) throws(ApusError) -> [JSONValue] {
    var descriptions: [JSONValue] = []
    for item in split(text) {
      guard let open = item.firstIndex(of: "(") else {
        descriptions.append(.string(item))
        continue
      }
      guard item.last == ")" else {
        throw ApusError("“\(item)” lacks a closing parenthesis", fix: "write it as in step(10, 0.5)")
      }
      let name = String(item[..<open])
      let positions = try table.parameterNames(of: name)
      var parameters: [JSONMember] = []
      for (index, argument) in split(String(item[item.index(after: open)...].dropLast())).enumerated() {
        let parts = argument.split(separator: ":", maxSplits: 1).map { trimmed(String($0)) }
        if parts.count == 2 {
          parameters.append(JSONMember(parts[0], value(parts[1])))
        } else {
          guard index < positions.count else {
            throw ApusError(
              "\(name) takes \(positions.count) parameters", at: text,
              expected: positions.joined(separator: ", "))
          }
          parameters.append(JSONMember(positions[index], value(argument)))
        }
      }
      descriptions.append(.object([JSONMember(name, .object(parameters))]))
    }
    return descriptions
  }

  private static func value(_ text: String) -> JSONValue {
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text) { return .double(number) }
    if text == "true" || text == "false" { return .bool(text == "true") }
    return .string(text)
  }

  /// At the commas that stand in no parentheses.
  private static func split(_ text: String) -> [String] {
    var items: [String] = []
    var item = ""
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 {
        items.append(trimmed(item))
        item = ""
      } else {
        item.append(character)
      }
    }
    items.append(trimmed(item))
    return items.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
