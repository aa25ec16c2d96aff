import ApusCore
import ApusData
public import ApusNN

/// The weights of a model's first layer as images, where its inputs are images (lecture 4): of a dense layer one for
/// each unit, of a convolution one for each filter.
///
/// One channel in blue (below 0) and orange (above), white is 0, each image by its own largest weight; three channels as
/// red, green and blue.
public struct WeightImages: Sendable {
  /// The layer: `1 dense`.
  public let layer: String
  /// The number of the layer's images, shown or not.
  public let count: Int
  package let images: [PixelImage]
  /// The class of each image, where the layer is the model's only one; else empty.
  package let names: [String]
  private let hasColors: Bool

  /// - Parameter most: images beyond these are left out.
  /// - Returns: nil where the first layer with weights does not see images of one or three channels.
  public init?(_ model: Model, most: Int = 256) {
    for summary in model.summary {
      guard let weight = model.parameters.first(where: { $0.path == summary.path + ".weight" }),
        let values = model[weight.path]
      else { continue }
      let shape: (height: Int, width: Int, channels: Int)
      switch (weight.specification.layout, weight.shape.count) {
      case (.transposedFromImage(let height, let width, let channels), 2): shape = (height, width, channels)
      case (.convolution, 4): shape = (weight.shape[0], weight.shape[1], weight.shape[2])
      default: return nil
      }
      guard shape.channels == 1 || shape.channels == 3, let units = weight.shape.last else { return nil }
      layer = "\(summary.path) \(summary.name)"
      count = units
      hasColors = shape.channels == 3
      let isAlone = model.parameters.allSatisfy { $0.path.hasPrefix(summary.path + ".") }
      let targets = model.objective?.targets.names ?? []
      names = isAlone && targets.count == units ? targets : []
      images = (0..<min(units, most)).map { unit in
        let own = stride(from: unit, to: values.count, by: units).map { Double(values[$0]) }
        return Self.image(own, shape)
      }
      return
    }
    return nil
  }

  private static func image(_ weights: [Double], _ shape: (height: Int, width: Int, channels: Int))
    -> PixelImage
  {
    let largest = max(weights.map { abs($0) }.max() ?? 0, 1e-12)
    guard shape.channels == 3 else {
      return PixelImage(weights, width: shape.width, in: -largest...largest, ramp: .diverging)
    }
    func byte(_ weight: Double) -> UInt8 { UInt8(((weight / largest + 1) * 127.5).rounded()) }
    return PixelImage(
      width: shape.width, height: shape.height,
      pixels: stride(from: 0, to: weights.count, by: 3).map {
        Color(red: byte(weights[$0]), green: byte(weights[$0 + 1]), blue: byte(weights[$0 + 2]))
      })
  }

  /// The images in rows.
  public func picture(title: String) -> Picture {
    let shown = images.count < count ? "\(title): \(images.count) of \(count) units" : title
    let columns = images.count <= 10 ? 5 : images.count <= 32 ? 8 : 16
    let side = images.first?.width ?? 1
    return Picture(
      ImageGrid(
        shown,
        images.enumerated().map { .init($1, names.indices.contains($0) ? [names[$0]] : []) },
        columns: columns, tileWidth: side <= 12 ? 44 : 56,
        note: hasColors
          ? "Red, green and blue as the weights of the channels; gray is 0."
          : "Blue below 0, orange above; each by its own largest weight."))
  }
}
