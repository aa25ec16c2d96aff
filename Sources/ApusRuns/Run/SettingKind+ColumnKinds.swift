import ApusCore
import ApusData
import ApusTraining

extension SettingKind where Value == [String: TableFormat.ColumnKind] {
  /// The kinds of columns, by name: `{age: number, "a,b": text}` in a file, `age=number` after a flag.
  static var columnKinds: SettingKind {
    let names = TableFormat.ColumnKind.allCases.map(\.rawValue)
    let expected = "NAME=" + names.joined(separator: "|")
    return SettingKind(
      SettingForm(.value, "name=kind", expected: expected) { (texts) throws(ApusError) in
        var members: [JSONMember] = []
        for text in texts {
          for pair in try pairs(text) {
            guard let mark = pair.lastIndex(of: "="), mark > pair.startIndex else {
              throw ApusError("“\(pair)” says of no column what it is", expected: expected)
            }
            let name = unquoted(pair[..<mark])
            guard !members.contains(where: { $0.key == name }) else {
              throw ApusError("column “\(name)” is given twice", expected: expected, fix: "say it once")
            }
            members.append(JSONMember(name, .string(String(pair[pair.index(after: mark)...]))))
          }
        }
        return .object(members)
      },
      read: { json throws(ApusError) in
        guard let members = json.objectValue, !members.isEmpty else {
          throw ApusError("it is no list of columns", expected: "kinds by name, as in {age: number}")
        }
        var kinds: [String: TableFormat.ColumnKind] = [:]
        for member in members {
          guard let kind = member.value.stringValue.flatMap({ TableFormat.ColumnKind(rawValue: $0) }) else {
            let word = member.value.stringValue ?? member.value.text()
            throw ApusError(
              "“\(word)” isn't a kind of column, for “\(member.key)”",
              expected: names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")",
              fix: Spelling.suggestion(for: word, in: names))
          }
          kinds[member.key] = kind
        }
        return kinds
      },
      write: { kinds in
        .object(kinds.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value.rawValue)) })
      })
  }

  /// The parts of a flag's text at the commas that are in no quotes.
  private static func pairs(_ text: String) throws(ApusError) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard text[index] == ",", !isQuoted else { continue }
      parts.append(text[start..<index])
      start = text.index(after: index)
    }
    guard !isQuoted else {
      throw ApusError("“\(text)” has a quote that is never closed", expected: "\"a,b\"=number")
    }
    parts.append(text[start...])
    return parts
  }

  private static func unquoted(_ text: Substring) -> String {
    guard text.count > 1, text.first == "\"", text.last == "\"" else { return String(text) }
    return text.dropFirst().dropLast().split(separator: "\"\"", omittingEmptySubsequences: false)
      .joined(separator: "\"")
  }
}
