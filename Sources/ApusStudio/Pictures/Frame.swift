import ApusCore

/// A message to the page: a header in JSON, then bytes that it describes.
///
/// `u32le length of what follows | u32le length of the header | header | bytes`. A length of 0 says that the server is
/// there.
struct Frame {
  var header: [JSONMember]
  private(set) var payload: [UInt8] = []

  init(_ kind: String, _ header: [JSONMember] = []) {
    self.header = [JSONMember("kind", .string(kind))] + header
  }

  mutating func append(_ floats: some Sequence<Float>) {
    for float in floats { withUnsafeBytes(of: float.bitPattern.littleEndian) { payload += $0 } }
  }

  mutating func append(_ bytes: [UInt8]) { payload += bytes }

  /// Makes the payload a multiple of four long, so that floats may follow.
  mutating func align() { while payload.count % 4 != 0 { payload.append(0) } }

  var bytes: [UInt8] {
    var text = Array(JSONValue.object(header).text(sortsKeys: false).utf8)
    // The payload begins where floats may lie.
    while text.count % 4 != 0 { text.append(UInt8(ascii: " ")) }
    return Self.length(4 + text.count + payload.count) + Self.length(text.count) + text + payload
  }

  static let beat = length(0)

  private static func length(_ count: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
  }
}
