public import ApusCore

extension ImageSet {
  /// The UCI optical digits, `[8, 8, 1]` with values 0 … 16: 3,823 for training and, by other
  /// writers, the official 1,797 for the test (E. Alpaydin and C. Kaynak 1998, CC BY 4.0).
  public static func digits() throws(ApusError) -> ImageSet {
    ImageSet(training: try decode(DigitsText.training), test: try decode(DigitsText.test))
  }

  /// A line is 64 letters from `A` (0) to `Q` (16), then the label's digit, then a line feed.
  private static func decode(_ text: StaticString) throws(ApusError) -> ImageDataset {
    let lineLength = 66
    let letters = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    let count = (letters.count + 1) / lineLength
    var labels: [UInt8] = []
    labels.reserveCapacity(count)
    var bytes = [UInt8](repeating: 0, count: count * 64)
    for row in 0..<count {
      let line = row * lineLength
      for i in 0..<64 { bytes[row * 64 + i] = letters[line + i] &- 65 }
      labels.append(letters[line + 64] &- 48)
    }
    return try ImageDataset(
      bytes: bytes, inputShape: [8, 8, 1], labels: labels, classNames: (0..<10).map { String($0) },
      normalization: .unit(white: 16))
  }
}
