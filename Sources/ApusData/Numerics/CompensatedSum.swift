extension Sequence<Double> {
  /// The sum with Neumaier's compensation, in the sequence's order.
  package func compensatedSum() -> Double {
    var sum = 0.0
    var lost = 0.0
    for value in self {
      let next = sum + value
      lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + lost
  }
}
