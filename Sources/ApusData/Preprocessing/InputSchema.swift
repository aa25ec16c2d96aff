public import ApusCore

/// The description of a model's inputs and how they are made: part of the model file, so that
/// `apus predict model.safetensors new.csv` needs nothing else.
package enum InputSchema: Sendable, Equatable, Codable {
  case table(TablePreprocessing)
  case images(ImageDataset.Preprocessing)
  case text(TextPreprocessing)

  package var inputShape: [Int] {
    switch self {
    case .table(let table): table.inputShape
    case .images(let images): images.inputShape
    case .text(let text): [text.context]
    }
  }

  private enum CodingKeys: String, CodingKey { case table, images, text }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    if let table = try values.decodeIfPresent(TablePreprocessing.self, forKey: .table) {
      self = .table(table)
    } else if let text = try values.decodeIfPresent(TextPreprocessing.self, forKey: .text) {
      self = .text(text)
    } else {
      self = .images(try values.decode(ImageDataset.Preprocessing.self, forKey: .images))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .table(let table): try values.encode(table, forKey: .table)
    case .images(let images): try values.encode(images, forKey: .images)
    case .text(let text): try values.encode(text, forKey: .text)
    }
  }

  /// The schema as JSON text, keys sorted; doubles are written so that they come back bit by bit.
  package func jsonText() throws(ApusError) -> String { try JSONCoding.encode(self).text() }

  /// - Parameter name: what messages call the document.
  package init(jsonText: String, name: String) throws(ApusError) {
    try self.init(StrictJSON.parse(jsonText, name: name), name: name)
  }

  /// - Parameter name: what messages call the document.
  package init(_ json: JSONValue, name: String) throws(ApusError) {
    self = try JSONCoding.decode(InputSchema.self, from: json, name: name)
    do { try check() } catch { throw error.at(name) }
  }

  /// Checks what the types cannot express: a document from elsewhere may hold anything.
  private func check() throws(ApusError) {
    switch self {
    case .table(let table): try table.check()
    case .text(let text): try text.check()
    case .images(let images):
      var size = 1
      for extent in images.inputShape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard extent > 0, !overflow else {
          throw ApusError("\(images.inputShape) is not the shape of an image")
        }
        size = product
      }
      guard images.inputShape.count == 3 || images.inputShape.count == 1
      else { throw ApusError("the image preprocessing is damaged") }
      try images.normalization.check(images.inputShape)
      guard images.target?.isSound ?? true else { throw ApusError("the image preprocessing is damaged") }
    }
  }
}

extension ImageDataset {
  /// The mapping from images to a network's inputs.
  public struct Preprocessing: Sendable, Equatable, Codable {
    /// `[height, width, channels]`
    public var inputShape: [Int]
    public var normalization: ImageDataset.Normalization
    /// The columns of a table of annotations that hold the target; nil where the images' own classes are the target.
    package var target: TargetColumns?

    public init(inputShape: [Int], normalization: ImageDataset.Normalization) {
      self.inputShape = inputShape
      self.normalization = normalization
    }

    /// Fits the normalization to training images, and to no others.
    public static func fit(
      _ images: ImageDataset, rows: Split.TrainingRows, scaling: NumberScaling.Kind = .standardize
    ) -> ImageDataset.Preprocessing {
      ImageDataset.Preprocessing(
        inputShape: images.inputShape, normalization: .fit(images, rows: rows, scaling: scaling))
    }

    /// The images as a model takes them.
    ///
    /// - Parameter classes: the model's, among which the images' labels must be; nil where the labels are of no account, and
    ///   stay what they are.
    /// - Throws: if the images have another shape, or a label is none of the classes.
    public func apply(
      to images: ImageDataset, name: String, classes: [String]? = nil
    ) throws(ApusError) -> ImageDataset {
      guard images.inputShape == inputShape else {
        throw ApusError("the images have the shape \(images.inputShape)", at: name, expected: "\(inputShape)")
      }
      return try
        (classes.map { (classes) throws(ApusError) in try images.among(classes: classes, name: name) }
        ?? images)
        .normalized(normalization)
    }
  }
}
