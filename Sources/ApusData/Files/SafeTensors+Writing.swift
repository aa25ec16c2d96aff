public import ApusCore

extension SafeTensors {
  /// The file's bytes: the same for the same content, whatever the order in which it was put in.
  ///
  /// Arrays are laid out by the size of their elements, the largest first, then by name, so that each
  /// is aligned; the header's keys are sorted and the header is padded with blanks to 8 bytes.
  ///
  /// - Throws: if an entry's bytes do not fit its shape.
  public func serialized() throws(ApusError) -> [UInt8] {
    try pieces().reduce(into: []) { $0 += $1 }
  }

  /// Writes a file, which is complete or not there at all.
  public func write(to path: String) throws(ApusError) {
    try AtomicFile.write(path, pieces: pieces())
  }

  private func pieces() throws(ApusError) -> [[UInt8]] {
    let ordered = entries.sorted { a, b in
      a.value.type.size != b.value.type.size
        ? a.value.type.size > b.value.type.size : a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
    }
    var members: [JSONMember] = []
    if !metadata.isEmpty {
      members.append(
        JSONMember("__metadata__", .object(metadata.map { JSONMember($0.key, .string($0.value)) })))
    }
    var offset = 0
    for (name, entry) in ordered {
      var size = entry.type.size
      for extent in entry.shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { throw ApusError("has the shape \(entry.shape)", at: name) }
        size = product
      }
      guard size == entry.bytes.count else {
        throw ApusError(
          "has \(entry.bytes.count) bytes", at: name, expected: "\(size) for the shape \(entry.shape)")
      }
      let end = offset + size
      members.append(
        JSONMember(
          name,
          .object([
            JSONMember("dtype", .string(entry.type.rawValue)),
            JSONMember("shape", .array(entry.shape.map { .integer($0) })),
            JSONMember("data_offsets", .array([.integer(offset), .integer(end)])),
          ])))
      offset = end
    }
    var header = Array(JSONValue.object(members).text().utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return [length, header] + ordered.map(\.value.bytes)
  }
}
