/// Reads named things and values as they are written on the command line: `name`, `name(1, 2)`, `name(key: value)`, and
/// YAML in brackets: `[{dense: 64}, relu]`, `{beta1: 0.8}`, `"a text"`.
///
/// Calls, lists and keys may stand in one another: `residual([dense(8), relu])`,
/// `softmaxCrossEntropy(classWeights: [1, 2, 5])`.
package enum CallSyntax {
  /// The items of a comma-separated list, each as a description for its table.
  ///
  /// - Throws: an error that shows where the text cannot be read.
  package static func parse<Item>(_ text: String, in table: NameTable<Item>) throws(ApusError) -> [JSONValue]
  {
    try parse(text) { (name) throws(ApusError) in try table.parameterNames(of: name) }
  }

  /// The items of a comma-separated list.
  ///
  /// - Parameter parameters: the parameters of a name in their order, for calls that don't name them.
  /// - Throws: an error that shows where the text cannot be read.
  package static func parse(
    _ text: String, parameters: (String) throws(ApusError) -> [String]
  ) throws(ApusError) -> [JSONValue] {
    var parser = CallParser(text)
    return try parser.items(until: nil, parameters)
  }

  /// One value: a number, a text, true, false or null, a list, keys with values, or a call.
  ///
  /// - Throws: an error that shows where the text cannot be read.
  package static func value(_ text: String) throws(ApusError) -> JSONValue {
    let items = try parse(text) { (_) throws(ApusError) in [] }
    guard items.count == 1 else {
      throw ApusError(
        "“\(text)” holds \(items.count) values", expected: "one", fix: "write a list in brackets: [1, 2]")
    }
    return items[0]
  }

  /// A bare word as YAML reads it.
  package static func scalar(_ text: String) -> JSONValue {
    if let integer = Int(text) { return .integer(integer) }
    if let integer = UInt64(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .double(number) }
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null", "~": return .null
    default: return .string(text)
    }
  }
}

/// Reads a text from its beginning to its end, once.
private struct CallParser {
  private let text: [Character]
  private var place = 0

  typealias Parameters = (String) throws(ApusError) -> [String]

  init(_ text: String) { self.text = Array(text) }

  /// Values up to a closing bracket, which is taken; nil is the text's end.
  mutating func items(until end: Character?, _ parameters: Parameters) throws(ApusError) -> [JSONValue] {
    var items: [JSONValue] = []
    while try !ends(end) {
      items.append(try value(parameters))
      try separator(before: end)
    }
    return items
  }

  private mutating func members(_ parameters: Parameters) throws(ApusError) -> [JSONMember] {
    var members: [JSONMember] = []
    while try !ends("}") {
      let start = place
      guard let key = try key() else {
        throw ApusError("“\(shown(from: start))” is no key with a value", expected: "{key: value, …}")
      }
      members.append(JSONMember(key, try value(parameters)))
      try separator(before: "}")
    }
    return members
  }

  private mutating func value(_ parameters: Parameters) throws(ApusError) -> JSONValue {
    skipSpaces()
    let start = place
    switch peek {
    case "[":
      place += 1
      return .array(try items(until: "]", parameters))
    case "{":
      place += 1
      return .object(try members(parameters))
    case "\"", "'":
      return .string(try quoted())
    default:
      let word = bare(stopsAtColon: false)
      guard !word.isEmpty else { throw unexpected }
      guard peek == "(" else { return CallSyntax.scalar(word) }
      place += 1
      return try call(word, from: start, parameters)
    }
  }

  /// Parses what follows `name(`.
  private mutating func call(
    _ name: String, from start: Int, _ parameters: Parameters
  ) throws(ApusError) -> JSONValue {
    var members: [JSONMember] = []
    var positional: [JSONValue] = []
    while true {
      skipSpaces()
      guard let next = peek else {
        throw ApusError(
          "“\(shown(from: start))” lacks a closing parenthesis", fix: "write it as in step(10, 0.5)")
      }
      if next == ")" { break }
      if let key = try key() {
        members.append(JSONMember(key, try value(parameters)))
      } else if members.isEmpty {
        positional.append(try value(parameters))
      } else {
        throw ApusError(
          "“\(shown(from: start))” has a parameter without a name after one with a name",
          fix: "write it as in step(10, factor: 0.5)")
      }
      skipSpaces()
      if peek == "," { place += 1 } else if peek != ")", peek != nil { throw unexpected }
    }
    place += 1
    if positional.count == 1, members.isEmpty {
      // A single value is the first parameter, in every table; keys would be taken for all of them.
      if case .object = positional[0] {} else { return .object([JSONMember(name, positional[0])]) }
    }
    guard !positional.isEmpty else { return .object([JSONMember(name, .object(members))]) }
    let names = try parameters(name)
    guard positional.count <= names.count else {
      guard !names.isEmpty else {
        throw ApusError(
          "“\(shown(from: start))” has parameters without names", fix: "write them as in \(name)(key: value)")
      }
      throw ApusError(
        "\(name) takes \(names.count) parameters", at: whole, expected: names.joined(separator: ", "))
    }
    return .object([JSONMember(name, .object(zip(names, positional).map { JSONMember($0, $1) } + members))])
  }

  /// A key with its colon; nil, and nothing taken, where none stands.
  private mutating func key() throws(ApusError) -> String? {
    let start = place
    skipSpaces()
    let key = peek == "\"" || peek == "'" ? try quoted() : bare(stopsAtColon: true)
    skipSpaces()
    guard peek == ":", !key.isEmpty else {
      place = start
      return nil
    }
    place += 1
    return key
  }

  private mutating func quoted() throws(ApusError) -> String {
    let start = place
    let mark = text[place]
    var result = ""
    place += 1
    while let next = peek {
      place += 1
      if next == "\\", mark == "\"", let escaped = peek {
        result.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
        place += 1
      } else if next == mark {
        // Two marks in a row are one, as in YAML.
        guard mark == "'", peek == mark else { return result }
        result.append(mark)
        place += 1
      } else {
        result.append(next)
      }
    }
    throw ApusError("“\(shown(from: start))” lacks a closing quotation mark", at: whole)
  }

  private mutating func bare(stopsAtColon: Bool) -> String {
    let start = place
    while let next = peek, !"()[]{},".contains(next), !(stopsAtColon && next == ":") { place += 1 }
    return trimmed(text[start..<place])
  }

  /// Returns whether the closing bracket comes next, and consumes it if so.
  private mutating func ends(_ end: Character?) throws(ApusError) -> Bool {
    // An item that is missing between two commas is left out.
    repeat { skipSpaces() } while take(",")
    guard let next = peek else {
      guard let end else { return true }
      throw ApusError("“\(String(text))” lacks a closing “\(end)”", fix: "close every bracket")
    }
    guard next == end else { return false }
    place += 1
    return true
  }

  private mutating func separator(before end: Character?) throws(ApusError) {
    skipSpaces()
    if peek != nil, peek != end, peek != "," { throw unexpected }
  }

  private var unexpected: ApusError {
    ApusError(
      "“\(String(text[place...].prefix(20)))” is not expected here", at: whole,
      fix: "put a comma before it, or quotation marks around the text")
  }

  private mutating func take(_ character: Character) -> Bool {
    guard peek == character else { return false }
    place += 1
    return true
  }

  private mutating func skipSpaces() { while peek?.isWhitespace == true { place += 1 } }
  private var peek: Character? { place < text.count ? text[place] : nil }
  private var whole: String { "“\(String(text))”" }
  private func shown(from start: Int) -> String { trimmed(text[start..<place]) }

  private func trimmed(_ characters: ArraySlice<Character>) -> String {
    String(characters.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
