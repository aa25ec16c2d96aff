/// A source of the features of a data set's rows, which makes them when they are asked for, so that those of all rows need not be in memory.
protocol RowFeatures: Sendable {
  /// Writes the features of rows, one after the other.
  func write(_ rows: some RandomAccessCollection<Int>, to features: UnsafeMutablePointer<Float>)

  /// `[rows, features]`
  func features(_ rows: Range<Int>) -> [Float]
}
