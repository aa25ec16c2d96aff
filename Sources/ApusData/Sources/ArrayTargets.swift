import ApusCore

/// The targets of an array file: classes by number or name, one-hot rows, several labels, or numbers.
struct ArrayTargets {
  /// A column for each target, under the names that a run may ask for.
  let columns: [Table.Column]
  let targets: ImageDataset.Targets
  /// Detected properties of the targets, as sentences for the user.
  private(set) var notes: [String] = []

  /// More different whole numbers are a quantity.
  private static let mostClasses = 1_000

  /// - Throws: when there are not as many targets as images, or one is no number.
  init(_ y: NumPyArray, of images: Int, _ path: String) throws(ApusError) {
    guard y.shape.first == images || (y.count == images && y.shape.allSatisfy { $0 == 1 || $0 == images })
    else {
      throw ApusError(
        "holds labels of shape \(y.shape) for \(images) images", at: path, expected: "one for each image")
    }
    let width = images > 0 ? y.count / images : 0
    if let texts = y.texts {
      guard width == 1 else {
        throw ApusError("holds texts of shape \(y.shape) as labels", at: path, expected: "one for each image")
      }
      let names = sortedNames(Array(Set(texts)))
      let numbers = Dictionary(
        names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
      columns = [Table.Column("y", texts: texts)]
      targets = .classes(texts.map { numbers[$0] ?? 0 }, names: names)
      return
    }
    let values = y.doubles
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      throw ApusError(
        "image \(wrong / max(width, 1) + 1) has the label \(values[wrong])", at: path,
        expected: "finite numbers",
        fix: "leave the images without a label out before saving")
    }
    guard width > 1 else {
      columns = [Table.Column("y", numbers: values)]
      targets = Self.one(values)
      return
    }
    guard width <= Self.mostClasses else {
      throw ApusError(
        "holds labels of shape \(y.shape) for \(images) images", at: path,
        expected: "at most \(Self.mostClasses) each")
    }
    let names = (1...width).map { "y\($0)" }
    let areMarks = values.allSatisfy { $0 == 0 || $0 == 1 }
    if areMarks,
      (0..<images).allSatisfy({ row in values[(row * width)..<((row + 1) * width)].reduce(0, +) == 1 })
    {
      let labels = (0..<images).map { row in
        Int32(values[(row * width)..<((row + 1) * width)].firstIndex(of: 1)! - row * width)
      }
      columns = [Table.Column("y", numbers: labels.map { Double($0) })]
      targets = ImageDataset.occurring(labels, names: (0..<width).map { String($0) })
      notes = ["the labels are one-hot: \(width) columns of which each image has one"]
      return
    }
    columns = names.indices.map { column in
      Table.Column(names[column], numbers: (0..<images).map { values[$0 * width + column] })
    }
    let floats = values.map { Float($0) }
    targets = areMarks ? .labels(floats, names: names) : .numbers(floats, names: names)
  }

  /// Whole numbers are classes, and those that occur are all; others are a quantity.
  private static func one(_ values: [Double]) -> ImageDataset.Targets {
    let distinct = Set(values)
    guard distinct.count <= mostClasses, distinct.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e9 }) else {
      return .numbers(values.map { Float($0) }, names: ["y"])
    }
    let numbers = distinct.map { Int($0) }.sorted()
    let places = Dictionary(
      numbers.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    return .classes(values.map { places[Int($0)] ?? 0 }, names: numbers.map { String($0) })
  }
}
