/// A height and a width, in pixels: `3` is 3 × 3, `[5, 1]` five rows of one column.
public struct Extent: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
  CustomStringConvertible
{
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// As high as wide.
  public init(_ side: Int) { self.init(side, side) }
  public init(integerLiteral side: Int) { self.init(side, side) }

  /// `[height, width]`; any other number of elements is refused where the extent is used.
  public init(arrayLiteral lengths: Int...) {
    self.init(lengths.count == 2 ? lengths[0] : 0, lengths.count == 2 ? lengths[1] : 0)
  }

  /// A number where both are equal, else `[height, width]`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let side = try? container.decode(Int.self) {
      self.init(side)
      return
    }
    let lengths = try container.decode([Int].self)
    guard lengths.count == 2 else {
      throw ApusError("\(lengths.count) lengths", expected: "a number, or [height, width]")
    }
    self.init(lengths[0], lengths[1])
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if height == width { try container.encode(height) } else { try container.encode([height, width]) }
  }

  public var description: String { "\(height)×\(width)" }
}

/// Pixels beside an image.
public struct Margins: Hashable, Sendable, CustomStringConvertible {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same on all sides.
  public init(_ margin: Int) { self.init(top: margin, left: margin, bottom: margin, right: margin) }

  public var description: String {
    Set([top, left, bottom, right]).count == 1 ? "\(top)" : "[\(top), \(left), \(bottom), \(right)]"
  }
}

/// A window of taps that moves over images `[rows, height, width, channels]`.
///
/// Tap (i, j) of the window at (y, x) lies on pixel (y·stride + i·dilation − top, x·stride + j·dilation − left);
/// outside the image there is padding. There are ⌊(height + top + bottom − extent) / stride⌋ + 1 places
/// from top to bottom, where extent = dilation · (size − 1) + 1; so from left to right.
package struct Window: Hashable, Sendable {
  package var size: Extent
  package var stride: Extent
  package var dilation: Extent
  package var padding: Margins

  package init(_ size: Extent, stride: Extent = 1, dilation: Extent = 1, padding: Margins = Margins()) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
  }

  /// From the first to the last tap.
  package var reach: Extent {
    Extent(dilation.height * (size.height - 1) + 1, dilation.width * (size.width - 1) + 1)
  }

  /// One tap on every pixel: no window at all.
  package var isPointwise: Bool {
    size == 1 && stride == 1 && padding == Margins()
  }

  /// Returns the number of places that the window has on an image.
  ///
  /// - Throws: when a length is not positive, or the window larger than the padded image.
  package func places(on image: Extent, _ name: String) throws(ApusError) -> Extent {
    for (extent, what) in [(size, "window"), (stride, "stride"), (dilation, "dilation")]
    where !(1..<Self.most).contains(extent.height) || !(1..<Self.most).contains(extent.width) {
      throw ApusError("\(name) with a \(what) of \(extent)", expected: "lengths of at least 1")
    }
    let margins = [padding.top, padding.left, padding.bottom, padding.right]
    guard margins.allSatisfy({ (0..<Self.most).contains($0) }) else {
      throw ApusError("\(name) with a padding of \(padding)", expected: "0 or more pixels")
    }
    let padded = Extent(
      image.height + padding.top + padding.bottom, image.width + padding.left + padding.right)
    guard padded.height >= reach.height, padded.width >= reach.width else {
      let dilated = reach == size ? "" : ", \(reach) when dilated"
      throw ApusError(
        "\(name) with a window of \(size)\(dilated) on an image of \(image) with a padding of \(padding)",
        expected: "a window no larger than the padded image, \(padded)",
        fix: "pad more, or take a smaller window or fewer strides before it")
    }
    return Extent(
      (padded.height - reach.height) / stride.height + 1, (padded.width - reach.width) / stride.width + 1)
  }

  /// Longest window, stride, dilation or margin, so that no size overflows.
  private static let most = 1 << 20

  /// The pixel under a tap of the window at a place, or nil for padding.
  func pixel(_ place: (Int, Int), _ tap: (Int, Int), on image: Extent) -> (y: Int, x: Int)? {
    let y = place.0 * stride.height + tap.0 * dilation.height - padding.top
    let x = place.1 * stride.width + tap.1 * dilation.width - padding.left
    return (0..<image.height).contains(y) && (0..<image.width).contains(x) ? (y, x) : nil
  }

  /// Calls `body` for every tap on a pixel, places in row-major order and the taps of each in row-major order.
  func forEachTap(
    on image: Extent, places: Extent,
    _ body: (_ place: Int, _ tap: Int, _ pixel: Int) -> Void
  ) {
    for y in 0..<places.height {
      for x in 0..<places.width {
        for i in 0..<size.height {
          for j in 0..<size.width {
            guard let pixel = pixel((y, x), (i, j), on: image) else { continue }
            body(y * places.width + x, i * size.width + j, pixel.y * image.width + pixel.x)
          }
        }
      }
    }
  }
}

extension TensorShape {
  /// Height and width of images `[rows, height, width, channels]`; nil for any other shape.
  package var image: Extent? {
    guard rank == 4, !dimensions.dropFirst().contains(where: \.isPerRow) else { return nil }
    return Extent(self[1].size, self[2].size)
  }
}
