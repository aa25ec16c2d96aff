import ApusCore

/// Images as an array holds them: bytes, or numbers that become bytes where nothing is lost, else real numbers.
struct ArrayImages {
  let count: Int
  /// `[height, width, channels]`
  let shape: [Int]
  private var bytes: [UInt8] = []
  private var reals: [Float] = []
  private let white: Double
  private let path: String
  /// Detected properties of the images, as sentences for the user.
  private(set) var notes: [String] = []

  /// - Throws: when the array is no images.
  init(_ x: NumPyArray, _ path: String) throws(ApusError) {
    guard (3...4).contains(x.shape.count), x.shape.allSatisfy({ $0 > 0 }), x.texts == nil else {
      throw ApusError(
        "holds samples of shape \(x.shape)", at: path, expected: "images [rows, height, width, channels]")
    }
    self.path = path
    count = x.shape[0]
    var shape = Array(x.shape.dropFirst()) + (x.shape.count == 3 ? [1] : [])
    // Pixels are last in most files, and first in those for PyTorch.
    let isFirst = (1...4).contains(shape[0]) && !(1...4).contains(shape[2])
    if isFirst {
      notes.append("channels come first in \(x.shape): they are turned to the end")
      shape = [shape[1], shape[2], shape[0]]
    }
    self.shape = shape
    if let pixels = x.pixels {
      bytes = isFirst ? Self.turned(pixels, shape) : pixels
      white = 255
      return
    }
    let values = x.doubles
    let (least, most) = values.reduce(into: (Double.infinity, -Double.infinity)) { range, value in
      range = (min(range.0, value), max(range.1, value))
    }
    // From 0 to 255, and not from 0 to 1, is black and white as bytes have them.
    white = least >= 0 && most > 1 && most <= 255 ? 255 : 1
    let floats = values.map { Float($0) }
    reals = isFirst ? Self.turned(floats, shape) : floats
    notes.append("pixels are real numbers from \(significant(least)) to \(significant(most))")
  }

  /// - Parameter shape: `[height, width, channels]`, where the samples have the channels first.
  private static func turned<Sample>(_ samples: [Sample], _ shape: [Int]) -> [Sample] {
    let (plane, channels) = (shape[0] * shape[1], shape[2])
    var result: [Sample] = []
    result.reserveCapacity(samples.count)
    for start in stride(from: 0, to: samples.count, by: plane * channels) {
      for pixel in 0..<plane {
        for channel in 0..<channels { result.append(samples[start + channel * plane + pixel]) }
      }
    }
    return result
  }

  /// Adds images of the same shape.
  mutating func append(_ other: ArrayImages, _ path: String) throws(ApusError) {
    guard other.shape == shape else {
      throw ApusError(
        "the images have the shapes \(shape) and \(other.shape)", at: path, expected: "one shape")
    }
    let factor = Float(white)
    let otherFactor = Float(other.white)
    if reals.isEmpty, other.reals.isEmpty {
      bytes += other.bytes
    } else {
      let mine = reals.isEmpty ? bytes.map { Float($0) } : reals
      let theirs = other.reals.isEmpty ? other.bytes.map { Float($0) } : other.reals
      reals = mine + theirs.map { $0 / otherFactor * factor }
      bytes = []
    }
    self = ArrayImages(self, count: count + other.count)
  }

  private init(_ images: ArrayImages, count: Int) {
    (self.count, shape, bytes, reals) = (count, images.shape, images.bytes, images.reals)
    (white, notes, path) = (images.white, images.notes, images.path)
  }

  func dataset(_ targets: ImageDataset.Targets) throws(ApusError) -> ImageDataset {
    do throws(ApusError) {
      return try ImageDataset(
        pixels: reals.isEmpty ? .bytes(bytes) : .reals(reals), inputShape: shape, targets: targets,
        normalization: .unit(white: white))
    } catch {
      throw error.at(path)
    }
  }
}
