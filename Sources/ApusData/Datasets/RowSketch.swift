package import ApusCore

/// A record of the rows that a model was trained on, in a few kilobytes: the smallest hashes of the rows as the model
/// takes them, inputs and target (a bottom-k sketch; Cohen and Kaplan 2007).
///
/// Of no more than ``most`` different rows it knows each; of more it tells how large a part of other rows is among them.
package struct RowSketch: Sendable, Equatable {
  /// Sorted, none twice.
  private var hashes: [UInt64]
  /// Every row whose hash is below is among the hashes.
  private var limit: UInt64

  private static let most = 4096
  private static let bits: UInt64 = 40
  /// Hexadecimal digits of a hash.
  private static let digits = 10

  package init(_ dataset: any Dataset) {
    (hashes, limit) = ([], 1 << Self.bits)
    Self.forEachHash(of: dataset) { hash in
      guard hash < limit else { return }
      hashes.append(hash)
      if hashes.count >= 4 * Self.most { shorten() }
    }
    shorten()
  }

  /// Adds the rows that another model was trained on.
  package mutating func formUnion(_ other: RowSketch) {
    limit = min(limit, other.limit)
    hashes = (hashes + other.hashes).filter { $0 < limit }
    shorten()
  }

  /// Sorts, takes out what is there twice, and leaves no more than there is room for.
  private mutating func shorten() {
    var sorted: [UInt64] = []
    for hash in hashes.sorted() where hash != sorted.last { sorted.append(hash) }
    if sorted.count > Self.most {
      limit = sorted[Self.most]
      sorted.removeLast(sorted.count - Self.most)
    }
    hashes = sorted
  }

  /// A Boolean value that indicates whether it knows every row, and not just a part of them.
  package var isComplete: Bool { limit == 1 << Self.bits }

  /// The rows of a data set that are among those of training, or are equal to one of them; an estimate unless
  /// ``isComplete``.
  package func count(in dataset: any Dataset) -> Int {
    guard isComplete else {
      var (known, looked) = (0, 0)
      Self.forEachHash(of: dataset) { hash in
        guard hash < limit else { return }
        looked += 1
        if contains(hash) { known += 1 }
      }
      return looked > 0 ? Int((Double(known) / Double(looked) * Double(dataset.count)).rounded()) : 0
    }
    return dataset.count - others(in: dataset).count
  }

  /// The rows of a data set that are not known, by their places.
  package func others(in dataset: any Dataset) -> [Int] {
    var (others, row) = ([Int](), 0)
    Self.forEachHash(of: dataset) { hash in
      if !contains(hash) { others.append(row) }
      row += 1
    }
    return others
  }

  private func contains(_ hash: UInt64) -> Bool {
    var range = 0..<hashes.count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      if hashes[middle] == hash { return true }
      range = hashes[middle] < hash ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return false
  }

  private static func forEachHash(of dataset: any Dataset, _ body: (UInt64) -> Void) {
    for batch in dataset.batches(of: 256) {
      let arrays = batch.arrays()
      let columns = arrays.columns.map { ($0, $0.count / max(batch.count, 1)) }
      let positions = arrays.labels.count / max(batch.count, 1)
      for row in 0..<batch.count {
        var hash = StableHasher()
        for (values, size) in columns {
          for place in (row * size)..<((row + 1) * size) { hash.add(UInt64(values[place].bitPattern)) }
        }
        for place in (row * positions)..<((row + 1) * positions) {
          hash.add(UInt64(bitPattern: Int64(arrays.labels[place])))
        }
        let size = arrays.valueSize
        for place in (row * size)..<((row + 1) * size) {
          hash.add(UInt64(arrays.values[place].bitPattern))
        }
        // Once more, so that the last number reaches the bits that are kept.
        hash.add(0)
        body(hash.value >> (64 - bits))
      }
    }
  }

  // MARK: Files

  package var text: String {
    var text = isComplete ? "" : "<" + Self.hexadecimal(limit)
    for hash in hashes { text += Self.hexadecimal(hash) }
    return text
  }

  /// - Throws: when the text is none that ``text`` gave.
  package init(_ text: String) throws(ApusError) {
    var (digits, limit) = (Substring(text), UInt64(1) << Self.bits)
    func next() -> UInt64? {
      guard digits.utf8.count >= Self.digits else { return nil }
      defer { digits = digits.dropFirst(Self.digits) }
      return UInt64(digits.prefix(Self.digits), radix: 16)
    }
    var (hashes, isDamaged) = ([UInt64](), false)
    if digits.first == "<" {
      digits = digits.dropFirst()
      if let given = next() { limit = given } else { isDamaged = true }
    }
    while !isDamaged, !digits.isEmpty {
      if let hash = next(), hash < limit, hash > hashes.last ?? 0 || hashes.isEmpty {
        hashes.append(hash)
      } else {
        isDamaged = true
      }
    }
    guard !isDamaged, hashes.count <= Self.most else {
      throw ApusError("the record of the training rows is damaged", at: "trainedRows")
    }
    (self.hashes, self.limit) = (hashes, limit)
  }

  private static func hexadecimal(_ hash: UInt64) -> String {
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
