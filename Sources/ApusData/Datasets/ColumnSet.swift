public import ApusCore

/// Several inputs side by side, each row mapped to one target: two images to a distance, an image and a few numbers to a
/// class.
///
/// ```swift
/// let rows = try ColumnSet(["left": .images(left), "right": .images(right)], target: .numbers(distance))
/// ```
///
/// A model for it is a ``Network`` whose inputs have the columns' names.
public struct ColumnSet: Dataset {
  /// One input of every row.
  public struct Column: Sendable {
    fileprivate let dataset: any Dataset

    /// Images, normalized as they say.
    public static func images(_ images: ImageDataset) -> Column { Column(dataset: images) }

    /// The samples of another data set, whose targets are not looked at.
    public static func samples(_ dataset: any Dataset) -> Column { Column(dataset: dataset) }

    /// Rows of numbers, each as long as the first.
    ///
    /// - Throws: when rows differ in length, or there are none.
    public static func numbers(_ rows: [[Float]]) throws(ApusError) -> Column {
      let width = rows.first?.count ?? 0
      if let ragged = rows.firstIndex(where: { $0.count != width }) {
        throw ApusError(
          "row \(ragged + 1) has \(rows[ragged].count) numbers", expected: "\(width), as row 1 has")
      }
      return Column(
        dataset: try TableDataset(
          features: rows.flatMap { $0 }, inputShape: [width],
          values: [Float](repeating: 0, count: rows.count),
          names: ["none"]))
    }
  }

  /// The target that the rows are mapped to.
  public enum Target: Sendable {
    /// A number for each row.
    case numbers([Float])
    /// The number of a class for each row, and the classes' names.
    case classes([Int], names: [String])
  }

  public let inputs: [InputSpecification]
  public let count: Int
  public let targets: TargetKind
  public let weights: [Float]?
  private let columns: [any Dataset]
  private let target: TableDataset

  /// - Parameters:
  ///   - columns: the inputs by name, the main one first.
  ///   - weights: how much each row counts; each once when nil.
  /// - Throws: when the columns differ in their rows, a name stands twice, or a class has no name.
  public init(
    _ columns: KeyValuePairs<String, Column>, target: Target, weights: [Float]? = nil
  ) throws(ApusError) {
    let names = columns.map(\.key)
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ApusError("columns named \(names)", expected: "a name of its own for each of at least one")
    }
    let rows: Int
    let zeros: (Int) -> [Float] = { [Float](repeating: 0, count: $0) }
    switch target {
    case .numbers(let values):
      rows = values.count
      self.target = try TableDataset(
        features: zeros(rows), inputShape: [1], values: values, names: ["target"])
    case .classes(let classes, let names):
      rows = classes.count
      self.target = try TableDataset(
        features: zeros(rows), inputShape: [1], labels: classes.map { Int32(clamping: $0) }, names: names)
    }
    for (name, column) in columns {
      guard column.dataset.count == rows else {
        throw ApusError(
          "the column has \(column.dataset.count) rows", at: "column \"\(name)\"",
          expected: "\(rows), as many as targets")
      }
      guard column.dataset.inputs.count == 1 else {
        throw ApusError("the column has several inputs", at: "column \"\(name)\"", expected: "one")
      }
    }
    if let weights {
      guard weights.count == rows, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
        weights.contains(where: { $0 > 0 })
      else {
        throw ApusError(
          "\(weights.count) weights for \(rows) rows", at: "weights",
          expected: "one for each row, 0 or more and not all 0")
      }
    }
    inputs = columns.map { name, column in
      InputSpecification(name, column.dataset.inputs[0].shape, column.dataset.inputs[0].scalar)
    }
    count = rows
    targets = self.target.targets
    self.weights = weights
    self.columns = columns.map(\.value.dataset)
  }

  public var inputShape: [Int] { inputs[0].shape }

  public func classLabels() -> [Int32]? { target.classLabels() }

  public func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    for (input, column) in zip(inputs, columns) {
      column.gather(rows, into: memory.only(input: input.name))
    }
    target.gather(rows, into: memory.only(input: nil))
  }
}
