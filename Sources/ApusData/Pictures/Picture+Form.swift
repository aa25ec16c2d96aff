/// The form that all pictures of a set have.
struct PictureForm: Sendable, Equatable {
  var height: Int
  var width: Int
  /// 1 of gray, 3 of color, 4 of color and opacity.
  var channels: Int

  /// The samples of one picture.
  var size: Int { height * width * channels }
}

extension Picture {
  /// A Boolean value that indicates whether every pixel is gray, as far as it is visible.
  var isGray: Bool {
    guard channels > 2 else { return true }
    func areGray<Sample: FixedWidthInteger>(_ samples: [Sample]) -> Bool {
      for at in stride(from: 0, to: samples.count, by: channels) {
        let red = samples[at]
        if red != samples[at + 1] || red != samples[at + 2] { return false }
      }
      return true
    }
    return switch samples {
    case .bytes(let bytes): areGray(bytes)
    case .words(let words): areGray(words)
    }
  }

  /// A Boolean value that indicates whether a conversion to bytes would lose something.
  var isDeep: Bool {
    if case .words(let words) = samples { words.contains { $0 % 257 != 0 } } else { false }
  }

  /// A Boolean value that indicates whether any pixel is transparent in part.
  var isTransparent: Bool {
    guard hasOpacity else { return false }
    func shows<Sample: FixedWidthInteger>(_ samples: [Sample]) -> Bool {
      stride(from: channels - 1, to: samples.count, by: channels).contains { samples[$0] != Sample.max }
    }
    return switch samples {
    case .bytes(let bytes): shows(bytes)
    case .words(let words): shows(words)
    }
  }

  /// The picture with 1, 3 or 4 channels: what shows through is white, and gray is the lightness that television gives colors
  /// (ITU-R 601).
  func with(channels target: Int) -> Picture {
    guard target != channels else { return self }
    var picture = self
    picture.channels = target
    switch samples {
    case .bytes(let bytes): picture.samples = .bytes(Self.converted(bytes, channels, target))
    case .words(let words): picture.samples = .words(Self.converted(words, channels, target))
    }
    return picture
  }

  private static func converted<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: [Sample], _ channels: Int, _ target: Int
  ) -> [Sample] {
    let white = Int(Sample.max)
    let hasOpacity = channels == 2 || channels == 4
    return [Sample](unsafeUninitializedCapacity: samples.count / channels * target) { buffer, count in
      for at in stride(from: 0, to: samples.count, by: channels) {
        var red = Int(samples[at])
        var (green, blue) = channels > 2 ? (Int(samples[at + 1]), Int(samples[at + 2])) : (red, red)
        let opacity = hasOpacity ? Int(samples[at + channels - 1]) : white
        if target < 4, opacity < white {
          let rest = white * (white - opacity) + white / 2
          (red, green, blue) = (
            (red * opacity + rest) / white, (green * opacity + rest) / white, (blue * opacity + rest) / white
          )
        }
        if target == 1 {
          let isGray = red == green && red == blue
          buffer[count] = Sample(isGray ? red : (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16)
        } else {
          (buffer[count], buffer[count + 1], buffer[count + 2]) = (Sample(red), Sample(green), Sample(blue))
          if target == 4 { buffer[count + 3] = Sample(opacity) }
        }
        count += target
      }
    }
  }

  /// The picture as bytes of a form.
  func bytes(_ form: PictureForm) -> [UInt8] {
    let picture = with(channels: form.channels)
    if picture.width == form.width, picture.height == form.height, case .bytes(let bytes) = picture.samples {
      return bytes
    }
    return picture.reals(form).map { UInt8(min(max($0.rounded(), 0), 255)) }
  }

  /// The picture as numbers from 0 to 255 of a form.
  func reals(_ form: PictureForm) -> [Float] {
    let picture = with(channels: form.channels)
    let values = picture.values
    guard picture.width != form.width || picture.height != form.height else { return values }
    // Along the rows, then along the columns.
    let wide = Resampling(from: picture.width, to: form.width).applied(
      values, outer: picture.height, inner: form.channels)
    return Resampling(from: picture.height, to: form.height).applied(
      wide, outer: 1, inner: form.width * form.channels)
  }
}

/// Weights that bring an axis to another length: those of a triangle as wide as a step of the longer of the two, so that
/// pictures that are made smaller are averaged, and larger ones interpolated.
private struct Resampling {
  private let length: Int
  private let taps: [(start: Int, weights: [Double])]

  init(from length: Int, to target: Int) {
    self.length = length
    let scale = Double(length) / Double(target)
    let reach = max(scale, 1)
    taps = (0..<target).map { place in
      let center = (Double(place) + 0.5) * scale
      let first = max(Int((center - reach + 0.5).rounded(.down)), 0)
      let last = min(Int((center + reach + 0.5).rounded(.down)), length)
      let weights = (first..<max(last, first + 1)).map {
        max(1 - abs((Double($0) - center + 0.5) / reach), 0)
      }
      let sum = weights.reduce(0, +)
      return (first, sum > 0 ? weights.map { $0 / sum } : weights.map { _ in 1 / Double(weights.count) })
    }
  }

  /// - Parameter values: `[outer, length, inner]`
  /// - Returns: `[outer, target, inner]`
  func applied(_ values: [Float], outer: Int, inner: Int) -> [Float] {
    var result = [Float](repeating: 0, count: outer * taps.count * inner)
    for block in 0..<outer {
      for (place, tap) in taps.enumerated() {
        for column in 0..<inner {
          var sum = 0.0
          for (at, weight) in tap.weights.enumerated() {
            sum += weight * Double(values[(block * length + tap.start + at) * inner + column])
          }
          result[(block * taps.count + place) * inner + column] = Float(sum)
        }
      }
    }
    return result
  }
}
