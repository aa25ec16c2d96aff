import ApusData

extension Table {
  /// The table as a text with the columns' names in its first line: numbers as short as they read back the same, nothing
  /// where a value is missing.
  var csv: String {
    var lines = [columns.map { Self.quoted($0.name) }.joined(separator: ",")]
    for row in 0..<rowCount {
      lines.append(
        columns.map { column in
          switch column.cells {
          case .numbers(let numbers): numbers[row].isNaN ? "" : "\(numbers[row])"
          case .texts: Self.quoted(column.text(row: row) ?? "")
          }
        }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
