import ApusData

extension Table {
  /// The table as a text with the columns' names in its first line: numbers as short as they read back the same, nothing
  /// where a value is missing.
  var csv: String {
    var lines = [columns.map { $0.name.csvField }.joined(separator: ",")]
    for row in 0..<rowCount {
      lines.append(
        columns.map { column in
          switch column.cells {
          case .numbers(let numbers): numbers[row].isNaN ? "" : "\(numbers[row])"
          case .texts: (column.text(row: row) ?? "").csvField
          }
        }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
