/// The different texts of a column, numbered by first appearance, with how often each occurs.
///
/// A hash table over the file's own bytes: a text is kept once, however often it occurs, and decoded at the end.
struct TextDictionary {
  private var arena: [UInt8] = []
  /// The end of each text in the arena.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Text numbers + 1; 0 is a free place. Its count is a power of two.
  private var slots: [Int32] = []
  /// The rows of each text.
  private(set) var counts: [Int] = []

  var count: Int { ends.count }
  var isEmpty: Bool { ends.isEmpty }
  /// A Boolean value that indicates whether no text has a character beyond ASCII: then equal bytes alone are equal texts.
  var isASCII: Bool { !arena.contains { $0 >= 128 } }

  /// The number of a text, which occurs once more; nil, and nothing counted, where the bytes are not UTF-8 text.
  mutating func code(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    if slots.isEmpty { slots = [Int32](repeating: 0, count: 64) }
    let hash = Self.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot]) - 1
      if hashes[code] == hash, isText(code, bytes) {
        counts[code] += 1
        return Int32(code)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return nil }
    let code = Int32(ends.count)
    slots[slot] = code + 1
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    hashes.append(hash)
    counts.append(1)
    if ends.count * 2 > slots.count { grow() }
    return code
  }

  /// Calls a function with the bytes of each text, in the order of the numbers.
  func forEach(_ body: (Int, UnsafeBufferPointer<UInt8>) -> Void) {
    arena.withUnsafeBufferPointer { arena in
      var start = 0
      for (code, end) in ends.enumerated() {
        body(code, UnsafeBufferPointer(rebasing: arena[start..<end]))
        start = end
      }
    }
  }

  /// One of the texts.
  subscript(code: Int) -> String {
    String(decoding: arena[(code == 0 ? 0 : ends[code - 1])..<ends[code]], as: UTF8.self)
  }

  /// All texts, by number.
  var values: [String] {
    var values: [String] = []
    values.reserveCapacity(ends.count)
    forEach { values.append(String(decoding: $1, as: UTF8.self)) }
    return values
  }

  private func isText(_ code: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = code == 0 ? 0 : ends[code - 1]
    guard ends[code] - start == bytes.count else { return false }
    return arena.withUnsafeBufferPointer { arena in
      for i in 0..<bytes.count where arena[start + i] != bytes[i] { return false }
      return true
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for (code, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(code + 1)
    }
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // FNV's low bits are weak alone.
    return hash ^ (hash >> 29)
  }
}
