import ApusCore

extension ImageDataset {
  /// The sum of each number of an image over some images: of bytes whole numbers, exact in any order.
  func sums(_ rows: [Int]) -> [Double] {
    let size = inputSize
    guard !areReal else {
      var sums = [Double](repeating: 0, count: size)
      pixels.withReals { reals in
        for row in rows where row < count {
          for at in 0..<size { sums[at] += Double(reals[row &* size &+ at]) }
        }
      }
      return sums
    }
    var sums = [UInt64](repeating: 0, count: size)
    pixels.withBytes { bytes in
      for row in rows where row < count {
        for at in 0..<size { sums[at] &+= UInt64(bytes[row &* size &+ at]) }
      }
    }
    return sums.map { Double($0) }
  }

  /// The least and the largest number of some images.
  package func range(_ rows: [Int]) -> (least: Double, most: Double) {
    let size = inputSize
    func range<Sample: Comparable>(_ samples: UnsafeBufferPointer<Sample>) -> (least: Sample, most: Sample)? {
      var found: (least: Sample, most: Sample)?
      for row in rows where row < count {
        let image = samples[(row * size)..<((row + 1) * size)]
        guard let low = image.min(), let high = image.max() else { continue }
        found = (min(found?.least ?? low, low), max(found?.most ?? high, high))
      }
      return found
    }
    return areReal
      ? pixels.withReals(range).map { (Double($0.least), Double($0.most)) } ?? (0, 0)
      : pixels.withBytes(range).map { (Double($0.least), Double($0.most)) } ?? (0, 0)
  }

  /// The mean and the standard deviation of each channel over some images, in their own unit.
  func channelMoments(_ rows: [Int]) -> [(mean: Double, deviation: Double)] {
    let channels = inputShape.count == 3 ? inputShape[2] : 1
    guard !areReal else { return realMoments(rows, channels) }
    // Whole numbers: the sums are exact in any order. Channels are few, so that a histogram of each says it all.
    var histograms = [UInt64](repeating: 0, count: 256 * channels)
    var images = 0
    pixels.withBytes { bytes in
      histograms.withUnsafeMutableBufferPointer { histograms in
        for row in rows where row < count {
          images += 1
          var at = row * inputSize
          for _ in 0..<inputSize / channels {
            for channel in 0..<channels {
              histograms[channel &* 256 &+ Int(bytes[at])] &+= 1
              at &+= 1
            }
          }
        }
      }
    }
    let pixelCount = Double(max(images * inputSize / channels, 1))
    return (0..<channels).map { channel in
      var (sum, squares) = (UInt64(0), UInt64(0))
      for value in 0..<256 {
        let occurs = histograms[channel * 256 + value]
        sum += UInt64(value) * occurs
        squares += UInt64(value * value) * occurs
      }
      let mean = Double(sum) / pixelCount
      return (mean, max(Double(squares) / pixelCount - mean * mean, 0).squareRoot())
    }
  }

  /// In two passes: the differences from the mean may be far smaller than the mean.
  private func realMoments(_ rows: [Int], _ channels: Int) -> [(mean: Double, deviation: Double)] {
    let size = inputSize
    let known = rows.filter { $0 < count }
    let pixelCount = Double(max(known.count * size / channels, 1))
    func total(_ term: (Float, Int) -> Double) -> [Double] {
      var sums = [Double](repeating: 0, count: channels)
      pixels.withReals { reals in
        for row in known {
          // Image by image, so that long sums stay exact enough.
          var parts = [Double](repeating: 0, count: channels)
          for at in 0..<size { parts[at % channels] += term(reals[row &* size &+ at], at % channels) }
          for channel in 0..<channels { sums[channel] += parts[channel] }
        }
      }
      return sums
    }
    let means = total { value, _ in Double(value) }.map { $0 / pixelCount }
    let squares = total { value, channel in
      let difference = Double(value) - means[channel]
      return difference * difference
    }
    return zip(means, squares).map { ($0, ($1 / pixelCount).squareRoot()) }
  }
}
