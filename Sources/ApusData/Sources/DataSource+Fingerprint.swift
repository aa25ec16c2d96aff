import ApusCore

extension DataSource {
  /// A 64-bit hash of the content, the same in every process: a run that is resumed must see the data
  /// it began with.
  public func fingerprint() -> UInt64 {
    switch content {
    case .table(let table): table.fingerprint()
    case .text(let text): text.fingerprint()
    case .images(let images): images.fingerprint()
    }
  }
}

extension ImageSet {
  /// As ``DataSource/fingerprint()``; what a prepared file knows of itself need not be computed.
  package func fingerprint() -> UInt64 {
    if let storedFingerprint { return storedFingerprint }
    var hash = StableHasher()
    for set in [training, test].compactMap({ $0 }) {
      for extent in set.inputShape { hash.add(UInt64(extent)) }
      if set.areReal {
        hash.add([])
        set.pixels.withReals { reals in
          for number in reals { hash.add(UInt64(number.bitPattern)) }
        }
      } else {
        set.pixels.withUnsafeBytes { hash.add($0) }
      }
      if set.labels.allSatisfy({ $0 < 256 }) {
        hash.add(set.labels.map { UInt8($0) })
      } else {
        for label in set.labels { hash.add(UInt64(label)) }
      }
      for value in set.values { hash.add(UInt64(value.bitPattern)) }
    }
    return hash.value
  }
}

extension Table {
  /// As ``DataSource/fingerprint()``; what a prepared file knows of itself need not be computed.
  func fingerprint() -> UInt64 {
    if let stored { return stored.fingerprint }
    var hash = StableHasher()
    for column in columns {
      hash.add(column.name)
      switch column.cells {
      case .numbers(let numbers): for number in numbers { hash.add(number.isNaN ? 1 : number.bitPattern) }
      case .texts(let codes, let values):
        for value in values { hash.add(value) }
        for code in codes { hash.add(UInt64(bitPattern: Int64(code))) }
      }
    }
    return hash.value
  }
}
