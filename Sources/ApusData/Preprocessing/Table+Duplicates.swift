import ApusCore

extension Table {
  /// The number of rows that equal an earlier one in every column, by a 64-bit hash.
  package func duplicateRowCount() -> Int {
    if let stored { return stored.duplicateRows }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(rowCount)
    forEachBlockOfHashes { hashes.append(contentsOf: $0) }
    return Self.duplicates(&hashes)
  }

  /// The same without all hashes in memory at once.
  ///
  /// - Parameter file: where the hashes are for the time being, behind its regions.
  func duplicateRowCount(in file: RegionFile) throws(ApusError) -> Int {
    var builder = ColumnBuilder<UInt64>(ColumnStore(file: file, mostRows: rowCount))
    forEachBlockOfHashes { builder.append(contentsOf: $0) }
    let hashes = try builder.finish()
    // Equal hashes have equal highest bits: each part is looked at alone.
    let parts = UInt64(rowCount / Self.mostHashes + 1)
    var count = 0
    for part in 0..<parts {
      var own = parts == 1 ? Array(hashes) : hashes.filter { $0.multipliedFullWidth(by: parts).high == part }
      count += Self.duplicates(&own)
    }
    file.release(hashes)
    return count
  }

  /// The hashes that are sorted at once.
  private static let mostHashes = 1 << 21

  private static func duplicates(_ hashes: inout [UInt64]) -> Int {
    hashes.sort()
    return zip(hashes, hashes.dropFirst()).count { $0 == $1 }
  }

  /// Calls a function with the hashes of the rows, block by block.
  private func forEachBlockOfHashes(_ body: ([UInt64]) -> Void) {
    // In memory so many that they stay in the cache; in a file so many that of each column long stretches are read.
    let size = isMapped ? 1 << 20 : 1 << 12
    for first in stride(from: 0, to: rowCount, by: size) {
      let rows = first..<min(first + size, rowCount)
      var hashes = [UInt64](repeating: 0xcbf2_9ce4_8422_2325, count: rows.count)
      for column in columns {
        switch column.cells {
        case .numbers(let numbers):
          for row in rows {
            let bits = numbers[row].isNaN ? 1 : (numbers[row] == 0 ? 0 : numbers[row]).bitPattern
            hashes[row - first] = Self.mixed(hashes[row - first] ^ bits)
          }
        case .texts(let codes, _):
          for row in rows {
            hashes[row - first] = Self.mixed(hashes[row - first] ^ UInt64(bitPattern: Int64(codes[row])))
          }
        }
      }
      body(hashes)
    }
  }

  private static func mixed(_ hash: UInt64) -> UInt64 {
    let h = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return h ^ (h >> 29)
  }
}

extension RegionFile {
  /// Gives back the file's last region, where these cells are it.
  fileprivate func release(_ values: StoredValues<UInt64>) { values.fileOffset.map { giveBack(from: $0) } }
}
