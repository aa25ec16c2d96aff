public import ApusCore

extension ImageSet {
  /// The images of a folder of PNG and JPEG pictures by class, of MNIST's IDX files or of CIFAR's batches, of an IDX file with
  /// its labels beside it, or of NumPy's `.npy` and `.npz`.
  ///
  /// - Parameters:
  ///   - size: `[height, width]`, to which pictures are brought; their most common size when nil.
  ///   - channels: 1 of gray, 3 of color, 4 of color and opacity, which pictures get; found out when nil.
  /// - Throws: an error that names the file: it cannot be read, or holds something else.
  public init(contentsOf path: String, size: [Int]? = nil, channels: Int? = nil) throws(ApusError) {
    var format = PictureFormat(channels: channels)
    if let size {
      guard size.count == 2, size.allSatisfy({ (1...1 << 14).contains($0) }) else {
        throw ApusError("\(size) isn't the size of pictures", expected: "[height, width]")
      }
      format.size = PictureFormat.Size(height: size[0], width: size[1])
    }
    guard case .images(let images) = try DataSource.open(path, pictures: format).content else {
      throw ApusError(
        "the file holds no images", at: path, expected: "pictures, or IDX, CIFAR or NumPy files of images")
    }
    self = images
  }
}
