import ApusCore
import ApusData
import Testing

/// Quantiles by counting are those of sorting.
@Suite struct OrderStatisticsTests {
  @Test func valuesAreThoseOfSorting() {
    let random = Philox(seed: 2, path: "order")
    for count in [1, 2, 5, 1000, 40_000, 100_000] {
      // Many equal ones, both signs, tiny and huge ones, and values that share their highest bits.
      let numbers = (0..<count).map { index -> Double in
        let normal = random.normal(UInt64(index))
        return switch index % 5 {
        case 0: normal.rounded()
        case 1: normal * 1e300
        case 2: normal * 1e-300
        case 3: 1 + normal * 1e-14
        default: normal
        }
      }
      let sorted = numbers.sorted()
      let places = [0, count / 4, count / 2, count * 3 / 4, count - 1]
      let found = OrderStatistics(numbers + [.nan]).values(at: places)
      #expect(found == places.map { sorted[$0] }, "\(count)")
      let part = 0.9 * Double(count - 1)
      let (below, weight) = (Int(part), part - part.rounded(.down))
      let next = sorted[min(below + 1, count - 1)]
      #expect(
        OrderStatistics(numbers).quantiles([0.9]) == [sorted[below] * (1 - weight) + next * weight])
    }
  }

  @Test func mediansOfFewNumbers() {
    #expect(OrderStatistics([3.0, 1, 2]).median() == 2)
    #expect(OrderStatistics([4.0, 1, 2, .nan, 3]).median() == 2.5)
    #expect(OrderStatistics([-0.0, 0, -1, 1]).median() == 0)
    #expect(OrderStatistics([Double]()).median().isNaN)
    #expect(OrderStatistics([Double](repeating: 7, count: 70_000)).median() == 7)
  }
}
