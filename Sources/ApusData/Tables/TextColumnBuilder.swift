/// Numbers the different texts of a column by first appearance.
///
/// A hash table over the file's own bytes: a text is decoded and kept once, however often it occurs.
struct TextColumnBuilder {
  private var codes: [Int32] = []
  private var arena: [UInt8] = []
  /// Where each text ends in the arena.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Text numbers + 1; 0 is a free place. Its count is a power of two.
  private var slots = [Int32](repeating: 0, count: 64)

  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  mutating func appendMissing() { codes.append(-1) }

  /// - Returns: false, and nothing appended, if the bytes are not UTF-8 text.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let hash = Self.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot]) - 1
      if hashes[code] == hash, isText(code, bytes) {
        codes.append(Int32(code))
        return true
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return false }
    slots[slot] = Int32(ends.count + 1)
    codes.append(Int32(ends.count))
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    hashes.append(hash)
    if ends.count * 2 > slots.count { grow() }
    return true
  }

  /// The numbers of all rows, and the texts by number. Texts that differ in nothing but how Unicode spells them (é in one
  /// character or in two) are one: for a reader and for `String` they are the same, and no name may be there twice.
  func finished() -> (codes: [Int32], values: [String]) {
    let spelled = spelledValues()
    var numberOf: [String: Int32] = [:]
    var numbers: [Int32] = []
    for text in spelled {
      let number = numberOf[text] ?? Int32(numberOf.count)
      numberOf[text] = number
      numbers.append(number)
    }
    guard numberOf.count < spelled.count else { return (codes, spelled) }
    var values = [String](repeating: "", count: numberOf.count)
    for (text, number) in zip(spelled, numbers).reversed() { values[Int(number)] = text }
    return (codes.map { $0 < 0 ? $0 : numbers[Int($0)] }, values)
  }

  private func spelledValues() -> [String] {
    arena.withUnsafeBufferPointer { arena in
      var start = 0
      return ends.map { end in
        defer { start = end }
        return String(decoding: arena[start..<end], as: UTF8.self)
      }
    }
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
