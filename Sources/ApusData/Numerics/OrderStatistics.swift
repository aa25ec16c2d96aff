/// The numbers that would stand at certain places if all were sorted, found by counting: neither sorted nor copied, so that
/// they need not fit in memory.
///
/// A double's bits, with the sign turned, are in the order of the numbers. A walk over all of them counts the highest 16 bits;
/// of the part in which a place lies another counts the next 16, until few enough are left to be sorted. Exact, and at most
/// four walks.
package struct OrderStatistics<Numbers: Sequence<Double>> {
  private let numbers: Numbers
  /// How many numbers there are.
  package let count: Int

  /// So many are sorted and not counted.
  private var mostSorted: Int { 1 << 14 }

  /// - Parameter numbers: gone through several times; NaN are left out.
  package init(_ numbers: Numbers) {
    self.numbers = numbers
    var count = 0
    for number in numbers where !number.isNaN { count += 1 }
    self.count = count
  }

  /// Linear between the neighbors, as NumPy does by default; NaN for no numbers.
  package func quantiles(_ parts: [Double]) -> [Double] {
    guard count > 0 else { return parts.map { _ in .nan } }
    let places = parts.map { part in
      let place = part * Double(count - 1)
      let below = Int(place)
      return (below: below, above: min(below + 1, count - 1), weight: place - Double(below))
    }
    let found = values(at: places.flatMap { [$0.below, $0.above] })
    return places.indices.map { index in
      let (low, high) = (found[2 * index], found[2 * index + 1])
      return low * (1 - places[index].weight) + high * places[index].weight
    }
  }

  /// The middle one, or the mean of the two in the middle; NaN for no numbers.
  package func median() -> Double {
    guard count > 0 else { return .nan }
    let upper = count / 2
    guard count % 2 == 0 else { return values(at: [upper])[0] }
    let found = values(at: [upper - 1, upper])
    return found[0] / 2 + found[1] / 2
  }

  /// - Parameter places: counted from 0, below ``count``.
  package func values(at places: [Int]) -> [Double] {
    var open: [Part] = [Part(prefix: 0, known: 0, places: Array(places.enumerated()), count: count)]
    var values = [Double](repeating: .nan, count: places.count)
    while !open.isEmpty {
      // All numbers of a part are one where every bit is known.
      for part in open where part.known == 64 {
        for (index, _) in part.places { values[index] = Self.number(part.prefix) }
      }
      open.removeAll { $0.known == 64 }
      let few = open.filter { $0.count <= mostSorted }
      if !few.isEmpty { sort(few, &values) }
      open.removeAll { $0.count <= mostSorted }
      if !open.isEmpty { open = divided(open) }
    }
    return values
  }

  /// Numbers whose keys begin alike, and the places that are looked for among them.
  private struct Part {
    /// The highest bits, the others 0.
    var prefix: UInt64
    var known: Int
    /// The index of each place, and the place among the part's numbers.
    var places: [(offset: Int, element: Int)]
    var count: Int
  }

  /// Calls a function with the key of each number in one of the parts, and the part's index.
  @inline(__always)
  private func forEachKey(in parts: [Part], _ body: (_ key: UInt64, _ part: Int) -> Void) {
    let known = UInt64(parts[0].known)
    guard known > 0 else {
      for number in numbers where !number.isNaN { body(Self.key(number), 0) }
      return
    }
    let prefixes = parts.map { $0.prefix >> (64 - known) }
    prefixes.withUnsafeBufferPointer { prefixes in
      for number in numbers where !number.isNaN {
        let key = Self.key(number)
        let prefix = key >> (64 - known)
        for index in prefixes.indices where prefixes[index] == prefix { body(key, index) }
      }
    }
  }

  private func sort(_ parts: [Part], _ values: inout [Double]) {
    var found = [[UInt64]](repeating: [], count: parts.count)
    forEachKey(in: parts) { key, part in found[part].append(key) }
    for (part, keys) in zip(parts, found) {
      let sorted = keys.sorted()
      for (index, place) in part.places { values[index] = Self.number(sorted[place]) }
    }
  }

  /// The parts by 16 more bits, those alone in which a place lies.
  private func divided(_ parts: [Part]) -> [Part] {
    let shift = UInt64(48 - parts[0].known)
    var all = [Int](repeating: 0, count: parts.count << 16)
    all.withUnsafeMutableBufferPointer { all in
      forEachKey(in: parts) { key, part in all[part << 16 | Int(key >> shift & 0xFFFF)] += 1 }
    }
    var result: [Part] = []
    for (index, part) in parts.enumerated() {
      let counts = all[(index << 16)..<((index + 1) << 16)]
      var (before, next) = (0, 0)
      let sorted = part.places.sorted { $0.element < $1.element }
      for (digit, count) in zip(0..., counts) where count > 0 && next < sorted.count {
        var own: [(offset: Int, element: Int)] = []
        while next < sorted.count, sorted[next].element < before + count {
          own.append((sorted[next].offset, sorted[next].element - before))
          next += 1
        }
        if !own.isEmpty {
          result.append(
            Part(
              prefix: part.prefix | UInt64(digit) << shift, known: part.known + 16, places: own, count: count)
          )
        }
        before += count
      }
    }
    return result
  }

  /// In the order of the numbers; −0 is 0.
  @inline(__always)
  private static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }
}
