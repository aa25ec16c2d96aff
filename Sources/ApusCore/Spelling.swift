/// Suggestions for names that do not exist.
package enum Spelling {
  /// Up to `limit` of the names that are most like `wrong`, the most like first.
  package static func nearest(to wrong: String, in names: [String], limit: Int = 3) -> [String] {
    let target = Array(wrong.lowercased())
    var ranked: [(distance: Int, index: Int)] = []
    for (index, name) in names.enumerated() {
      let candidate = Array(name.lowercased())
      var distance = Self.distance(target, candidate)
      // A part of a name (`petal` for `petal_width`) is as good as a slip of one letter.
      if !target.isEmpty, name.lowercased().contains(wrong.lowercased()) { distance = min(distance, 1) }
      // What has no letter in common is none: of short names any is two slips from any other.
      let longer = max(target.count, candidate.count)
      if distance <= max(2, longer / 3), distance < longer || longer == 0 { ranked.append((distance, index)) }
    }
    return ranked.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(limit).map {
      names[$0.index]
    }
  }

  /// `did you mean “a”?` for the name most like `wrong`; nil when none is.
  package static func suggestion(for wrong: String, in names: [String]) -> String? {
    nearest(to: wrong, in: names, limit: 1).first.map { "did you mean “\($0)”?" }
  }

  /// `did you mean "a" or "b"?`, or the first names there are.
  package static func fix(for wrong: String, in names: [String]) -> String {
    let near = nearest(to: wrong, in: names)
    if near.isEmpty {
      return "there are: \(names.prefix(12).joined(separator: ", "))\(names.count > 12 ? ", …" : "")"
    }
    return "did you mean \(near.map { "\"\($0)\"" }.joined(separator: " or "))?"
  }

  /// Levenshtein's distance, long names cut.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    let a = a.prefix(64)
    let b = Array(b.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
