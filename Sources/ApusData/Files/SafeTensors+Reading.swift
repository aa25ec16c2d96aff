public import ApusCore

extension SafeTensors {
  /// Reads a file.
  ///
  /// - Throws: if it cannot be read or breaks a rule of the format.
  public init(contentsOf path: String) throws(ApusError) {
    let file = try FileBytes.open(path)
    try file.withBytes { (bytes) throws(ApusError) in
      if let found = ForeignFormat.recognize(bytes), !ForeignFormat.isSafeTensors(bytes) {
        throw ApusError("is \(found.name)", at: path, expected: "a .safetensors file", fix: found.fix)
      }
    }
    self = try file.withBytes { (bytes) throws(ApusError) in try SafeTensors(bytes, name: path) }
  }

  /// Reads bytes in memory.
  public init(_ bytes: [UInt8], name: String) throws(ApusError) {
    let file = FileBytes.copy(of: bytes, name: name)
    self = try file.withBytes { (bytes) throws(ApusError) in try SafeTensors(bytes, name: name) }
  }

  private static let maximumHeader = 100_000_000

  private struct Place {
    var name: String
    var type: ElementType
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  private init(_ bytes: UnsafeRawBufferPointer, name: String) throws(ApusError) {
    guard bytes.count >= 8 else {
      throw ApusError(
        "has \(bytes.count) bytes", at: name, expected: "a safetensors file, which has 8 at least")
    }
    let claimed = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard claimed <= UInt64(Self.maximumHeader), Int(claimed) <= bytes.count - 8 else {
      throw ApusError(
        "is no safetensors file, or a truncated one: the header would have \(claimed) bytes", at: name,
        expected: "at most \(min(Self.maximumHeader, bytes.count - 8))")
    }
    let headerEnd = 8 + Int(claimed)
    let header = try StrictJSON.parse(Array(bytes[8..<headerEnd]), name: "\(name), header", maximumDepth: 16)
    guard case .object(let members) = header else {
      throw ApusError("the header is no JSON object", at: name)
    }
    var places: [Place] = []
    var metadata: [String: String] = [:]
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value, name)
      } else {
        places.append(try Self.place(member, name))
      }
    }
    // Arrays without elements begin and end where others begin, and come first there.
    places.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    var offset = 0
    for place in places {
      guard place.begin == offset else {
        throw ApusError(
          "the data of \"\(place.name)\" begin at \(place.begin)", at: name,
          expected: "\(offset), where the data before end")
      }
      offset = place.end
    }
    guard offset == bytes.count - headerEnd else {
      throw ApusError(
        "the data have \(bytes.count - headerEnd) bytes", at: name, expected: "\(offset), as the header says",
        fix: "copy the file again")
    }
    var entries: [String: Entry] = [:]
    for place in places {
      let data = bytes[headerEnd + place.begin..<headerEnd + place.end]
      entries[place.name] = Entry(type: place.type, shape: place.shape, bytes: Array(data))
    }
    self.init(entries: entries, metadata: metadata)
  }

  private static func metadata(_ value: JSONValue, _ name: String) throws(ApusError) -> [String: String] {
    guard case .object(let members) = value else { throw ApusError("__metadata__ is no object", at: name) }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else {
        throw ApusError("__metadata__ holds \"\(member.key)\", which is no text", at: name)
      }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func place(_ member: JSONMember, _ name: String) throws(ApusError) -> Place {
    let at = "\(name), tensor \"\(member.key)\""
    guard case .object(let fields) = member.value else { throw ApusError("is no object", at: at) }
    if let unknown = fields.first(where: { !["dtype", "shape", "data_offsets"].contains($0.key) }) {
      throw ApusError("has an unknown member \"\(unknown.key)\"", at: at)
    }
    guard let typeName = member.value["dtype"]?.stringValue, let type = ElementType(rawValue: typeName) else {
      throw ApusError(
        "has an unknown dtype \(member.value["dtype"]?.text() ?? "(none)")", at: at,
        expected: ElementType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard let dimensions = member.value["shape"]?.arrayValue else { throw ApusError("has no shape", at: at) }
    var shape: [Int] = []
    for dimension in dimensions {
      guard let extent = dimension.intValue, extent >= 0 else {
        throw ApusError("has the dimension \(dimension.text())", at: at, expected: "a whole number from 0")
      }
      shape.append(extent)
    }
    guard let offsets = member.value["data_offsets"]?.arrayValue, offsets.count == 2,
      let begin = offsets[0].intValue, let end = offsets[1].intValue, begin >= 0, end >= begin
    else { throw ApusError("has bad data_offsets", at: at, expected: "[begin, end]") }
    // A zero hides no overflow: the product of the other dimensions must fit as well.
    var size = type.size
    for extent in shape where extent > 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw ApusError("has a shape beyond all memory: \(shape)", at: at) }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard end - begin == size else {
      throw ApusError(
        "has \(end - begin) bytes of data", at: at, expected: "\(size) for \(typeName) \(shape)")
    }
    return Place(name: member.key, type: type, shape: shape, begin: begin, end: end)
  }
}
