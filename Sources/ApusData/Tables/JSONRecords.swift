import ApusCore

/// Records of JSON as a table: an array of flat objects, or an object in each line. Each key is a column.
///
/// They become the bytes of a CSV file, so that the columns are read by the same rules as any others.
enum JSONRecords {
  /// - Returns: nil where the bytes are no JSON; also a note for the user.
  /// - Throws: an error that names the line for JSON that is broken, and for JSON that is no table.
  static func table(_ file: FileBytes) throws(ApusError) -> (csv: FileBytes, notes: [String])? {
    guard let areLines = areLines(file) else { return nil }
    return try csv(records(file, areLines: areLines), file.name)
  }

  /// Returns whether the bytes are an object in each line; nil where they aren't JSON. Malformed text after a first
  /// object counts as JSON.
  private static func areLines(_ file: FileBytes) -> Bool? {
    file.withBytes { bytes in
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      guard let first = bytes[start...].first(where: { ![9, 10, 13, 32].contains($0) }),
        first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
      else { return nil }
      if first == UInt8(ascii: "{") {
        let line = bytes[start...].prefix { $0 != 10 }
        let hasMore = bytes[line.endIndex...].contains(UInt8(ascii: "{"))
        if hasMore, (try? StrictJSON.parse(Array(line), takesNaN: true))?.objectValue != nil { return true }
      }
      let sample = String(decoding: bytes[start...].prefix(TextSniffer.sampleSize), as: UTF8.self)
      return JSONSniffer.countValues(sample).map { $0 > 1 }
    }
  }

  private static func records(_ file: FileBytes, areLines: Bool) throws(ApusError) -> [[JSONMember]] {
    let kind = areLines ? "JSON lines" : "JSON"
    var records: [[JSONMember]] = []
    for (number, line) in (areLines ? lines(file) : [whole(file)]).enumerated() {
      let place = areLines ? "\(file.name), line \(number + 1)" : file.name
      if line.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
      let value = try StrictJSON.parse(line, name: place, takesNaN: true)
      for record in areLines ? [value] : value.arrayValue ?? (value.isFlat ? [value] : []) {
        guard let members = record.objectValue else { throw refusal(kind, at: place) }
        records.append(members)
      }
    }
    guard !records.isEmpty, records.contains(where: { !$0.isEmpty }) else {
      throw refusal(kind, at: file.name)
    }
    return records
  }

  private static func refusal(_ kind: String, at place: String) -> ApusError {
    ApusError(
      "is \(kind), but not one object for each row", at: place,
      expected: "an array of flat objects, or an object in each line", fix: "export the records so, or as CSV"
    )
  }

  private static func whole(_ file: FileBytes) -> [UInt8] {
    file.withBytes { Array($0.starts(with: [0xEF, 0xBB, 0xBF]) ? $0.dropFirst(3) : $0[...]) }
  }

  private static func lines(_ file: FileBytes) -> [[UInt8]] {
    file.withBytes { bytes in
      let plain = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
      return plain.split(separator: 10, omittingEmptySubsequences: false).map { line in
        Array(line.last == 13 ? line.dropLast() : line)
      }
    }
  }

  private static func csv(
    _ records: [[JSONMember]], _ name: String
  ) throws(ApusError) -> (csv: FileBytes, notes: [String]) {
    var placeOf: [String: Int] = [:]
    var names: [String] = []
    for member in records[0] where placeOf[member.key] == nil {
      placeOf[member.key] = names.count
      names.append(member.key)
    }
    var nested: [String] = []
    for record in records {
      // A key that the records before lacked stands before the one that follows it here, or last.
      var next = names.count
      for member in record.reversed() {
        if let known = placeOf[member.key] {
          next = known
          continue
        }
        names.insert(member.key, at: next)
        for later in next..<names.count { placeOf[names[later]] = later }
      }
    }
    var text = names.map(\.quoted).joined(separator: ",") + "\n"
    for record in records {
      var cells = [String](repeating: "", count: names.count)
      for member in record {
        switch member.value {
        case .null: continue
        case .string(let text): cells[placeOf[member.key]!] = text.quoted
        case .number(let digits): cells[placeOf[member.key]!] = digits
        case .bool(let isTrue): cells[placeOf[member.key]!] = isTrue ? "true" : "false"
        default:
          if !nested.contains(member.key) { nested.append(member.key) }
          cells[placeOf[member.key]!] = member.value.text(sortsKeys: false).quoted
        }
      }
      text += cells.joined(separator: ",")
      text += "\n"
    }
    let list = nested.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
    return (
      FileBytes.copy(of: Array(text.utf8), name: name),
      nested.isEmpty
        ? []
        : [
          nested.count == 1
            ? "\(list) holds lists or objects, which are read as texts"
            : "\(list)\(nested.count > 5 ? ", …" : "") hold lists or objects, which are read as texts"
        ]
    )
  }
}

extension String {
  /// In quotes, whatever it holds.
  fileprivate var quoted: String {
    "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension JSONValue {
  /// A Boolean value that indicates whether it is an object without others inside.
  fileprivate var isFlat: Bool {
    guard let members = objectValue else { return false }
    return members.allSatisfy { $0.value.objectValue == nil && $0.value.arrayValue == nil }
  }
}
