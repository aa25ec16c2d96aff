public import ApusData
public import ApusNN

/// The numbers that a network takes of each row of data, after everything that was fitted in training: scaling, categories,
/// powers and products (lecture 3's explicit design matrix).
///
/// ```swift
/// let matrix = try DesignMatrix(model, DataSource.open("new.csv"))
/// print(matrix.names, matrix.values(ofRows: 0..<3))
/// ```
public struct DesignMatrix: Sendable {
  /// The columns: a table's features; counted from 1 for other data.
  public let names: [String]
  /// The number of rows.
  public let rows: Int
  private let dataset: any Dataset

  /// - Throws: when the data lacks a column that the model needs, and for texts, whose windows are class numbers.
  public init(_ model: Model, _ source: DataSource) throws {
    try model.requireRows(source)
    dataset = try model.encode(source, readsTargets: false).0
    rows = dataset.count
    let known = model.featureNames
    names = known.count == dataset.inputSize ? known : (1...max(dataset.inputSize, 1)).map { "\($0)" }
  }

  /// Returns the numbers of some rows, `[rows][columns]`.
  public func values(ofRows range: Range<Int>) -> [[Float]] {
    let batch = Batch(dataset, Array(range.clamped(to: 0..<rows))).arrays()
    return (0..<batch.count).map {
      Array(batch.inputs[($0 * batch.inputSize)..<(($0 + 1) * batch.inputSize)])
    }
  }

  /// Hands on the lines of a CSV, the names first, some thousand rows at a time.
  package func writeCSV(_ write: (String) throws -> Void) rethrows {
    try write(names.map(\.csvField).joined(separator: ",") + "\n")
    let size = 4_096
    for first in stride(from: 0, to: rows, by: size) {
      let lines = values(ofRows: first..<min(first + size, rows)).map { row in
        row.map { "\($0)" }.joined(separator: ",") + "\n"
      }
      try write(lines.joined())
    }
  }
}
