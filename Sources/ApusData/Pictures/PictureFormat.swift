package import ApusCore

/// The way in which images are read from files. Settings that are nil are detected.
package struct PictureFormat: Sendable, Hashable {
  /// The size that all pictures get.
  package var size: Size?
  /// 1 of gray, 3 of color, 4 of color and opacity.
  package var channels: Int?
  /// A Boolean value that indicates whether rows and columns change places, which EMNIST's letters need to stand
  /// upright.
  package var isTransposed = false
  /// The table that says what each picture shows.
  package var labelFile: String?

  package struct Size: Sendable, Hashable {
    package var height: Int
    package var width: Int

    package init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// As in `28` for a square, and `24x32` for a height and a width.
    package init(_ text: String) throws(ApusError) {
      let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(sides.count), let height = sides[0], let width = sides.last ?? nil,
        (1...1 << 14).contains(height), (1...1 << 14).contains(width)
      else {
        throw ApusError(
          "\"\(text)\" isn't a size", expected: "a side as in 28, or height and width as in 24x32")
      }
      self.init(height: height, width: width)
    }
  }

  package init(
    size: Size? = nil, channels: Int? = nil, isTransposed: Bool = false, labelFile: String? = nil
  ) {
    (self.size, self.channels, self.isTransposed) = (size, channels, isTransposed)
    self.labelFile = labelFile
  }

  /// The form of a model's images.
  ///
  /// - Parameter shape: `[height, width, channels]`
  package init(shape: [Int]) {
    guard shape.count == 3 else { return }
    size = Size(height: shape[0], width: shape[1])
    // Pictures have no other number of channels.
    if [1, 3, 4].contains(shape[2]) { channels = shape[2] }
  }
}
