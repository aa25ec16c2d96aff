import ApusCore

/// Quantiles without sorting everything: the numbers are divided around those that are asked for.
struct Quantiles {
  private var numbers: [Double]
  /// Places up to which everything before is no larger, and everything behind no smaller.
  private var known: [Int] = []

  /// - Parameter numbers: none of them NaN.
  init(_ numbers: [Double]) { self.numbers = numbers }

  /// Linear between the neighbors, as NumPy does by default; NaN for no numbers.
  mutating func callAsFunction(_ part: Double) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let place = part * Double(numbers.count - 1)
    let below = Int(place)
    let above = min(below + 1, numbers.count - 1)
    let weight = place - Double(below)
    let low = number(at: below)
    let high = above > below ? number(at: above) : low
    return low * (1 - weight) + high * weight
  }

  /// The number that would stand at a place if all were sorted.
  private mutating func number(at place: Int) -> Double {
    let next = known.firstIndex { $0 >= place } ?? known.count
    if next < known.count, known[next] == place { return numbers[place] }
    let low = next > 0 ? known[next - 1] + 1 : 0
    let high = next < known.count ? known[next] - 1 : numbers.count - 1
    numbers.withUnsafeMutableBufferPointer { Self.select(place, $0, low, high) }
    known.insert(place, at: next)
    return numbers[place]
  }

  /// Hoare's selection, with the median of three for a pivot; what doesn't come to an end soon is sorted.
  private static func select(
    _ place: Int, _ numbers: UnsafeMutableBufferPointer<Double>, _ low: Int, _ high: Int
  ) {
    var (low, high) = (low, high)
    var rounds = 0
    while high - low > 16 {
      rounds += 1
      guard rounds < 64 else { break }
      let (a, b, c) = (numbers[low], numbers[(low + high) / 2], numbers[high])
      let pivot = max(min(a, b), min(max(a, b), c))
      var (i, j) = (low, high)
      while i <= j {
        while numbers[i] < pivot { i += 1 }
        while numbers[j] > pivot { j -= 1 }
        guard i <= j else { break }
        numbers.swapAt(i, j)
        i += 1
        j -= 1
      }
      if place <= j { high = j } else if place >= i { low = i } else { return }
    }
    var rest = UnsafeMutableBufferPointer(rebasing: numbers[low...high])
    rest.sort()
  }
}

/// Numbers so far from the others that they are slips or marks, and no quantities: beyond 10⁴ quartile ranges.
struct FarNumbers {
  /// The smallest and the largest of the others.
  let range: ClosedRange<Double>

  /// In quartile ranges, how far from the quartiles.
  static let mostRanges = 1e4

  /// - Parameter numbers: gone through several times; NaN are left out.
  /// - Returns: nil where all are near, or half of them are the same.
  init?(_ numbers: some Sequence<Double>) {
    let quartiles = OrderStatistics(numbers).quantiles([0.25, 0.75])
    self.init(numbers, lower: quartiles[0], upper: quartiles[1])
  }

  /// - Parameters: the quartiles.
  init?(_ numbers: some Sequence<Double>, lower: Double, upper: Double) {
    let reach = (upper - lower) * Self.mostRanges
    guard reach > 0, reach.isFinite else { return nil }
    var (low, high) = (lower, upper)
    var isFar = false
    for number in numbers where !number.isNaN {
      if number < lower - reach || number > upper + reach {
        isFar = true
      } else if number < low {
        low = number
      } else if number > high {
        high = number
      }
    }
    guard isFar else { return nil }
    range = low...high
  }

  /// `1e308 in row 17, …`: those of a column's numbers that are far, by the table's rows.
  static func list(_ rows: [(row: Int, number: Double)]) -> String {
    rows.prefix(5).map { "\(shortText($0.number)) in row \($0.row + 1)" }.joined(separator: ", ")
      + (rows.count > 5 ? " and \(rows.count - 5) more" : "")
  }
}
