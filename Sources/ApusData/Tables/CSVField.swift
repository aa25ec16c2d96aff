extension String {
  /// The text as a field of a CSV file: in quotes where it holds a comma, a quote or the end of a line.
  package var csvField: String {
    guard contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return self }
    return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
