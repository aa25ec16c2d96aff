import ApusCore

extension DataSource {
  /// A 64-bit hash of the content, the same in every process: a run that is resumed must see the data
  /// it began with.
  public func fingerprint() -> UInt64 {
    var hash = StableHasher()
    switch content {
    case .table(let table):
      for column in table.columns {
        hash.add(column.name)
        switch column.cells {
        case .numbers(let numbers): for number in numbers { hash.add(number.isNaN ? 1 : number.bitPattern) }
        case .texts(let codes, let values):
          for value in values { hash.add(value) }
          for code in codes { hash.add(UInt64(bitPattern: Int64(code))) }
        }
      }
    case .images(let images):
      for set in [images.training, images.test].compactMap({ $0 }) {
        for extent in set.inputShape { hash.add(UInt64(extent)) }
        hash.add(set.bytes)
        hash.add(set.labels)
      }
    }
    return hash.value
  }
}

/// Eight bytes at a time; not for enemies.
private struct StableHasher {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) {
    let mixed = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
    value = mixed ^ (mixed >> 32)
  }

  mutating func add(_ text: String) { add(stableHash(text)) }

  mutating func add(_ bytes: [UInt8]) {
    add(UInt64(bytes.count))
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        add(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        offset += 8
      }
      while offset < buffer.count {
        add(UInt64(buffer[offset]))
        offset += 1
      }
    }
  }
}
