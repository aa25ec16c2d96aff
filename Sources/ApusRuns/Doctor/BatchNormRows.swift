import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// Batch normalization over a single row, which leaves nothing of it.
struct BatchNormRows: Examination {
  static let name = "batch norm rows"
  static let stage = Examinations.Stage.start
  static let why =
    "Batch normalization subtracts the batch's mean: of a batch of one row nothing is left to learn from."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    // Of images a row has many positions.
    let layers = examined.model.summary.filter { layer in
      layer.name == BatchNorm.name && layer.outputShape.dropLast().reduce(1, *) == 1
    }
    guard let layer = layers.first, !examined.isTrained else { return nil }
    let rows = examined.training.count
    let batch = min(examined.settings.batch, rows)
    let last = rows % batch == 0 ? batch : rows % batch
    let name = examined.names.layer(layer.path)
    return Finding.Result(
      batch == 1 ? .bad : last == 1 ? .look : .ok, value: Double(min(batch, last)),
      figure: batch == 1
        ? "batches of one row in \(name)"
        : last == 1
          ? "the last batch of an epoch is one row, in \(name)" : "batches of \(batch)",
      expected: "2 rows or more",
      fix: batch == 1
        ? "larger batches, --batch 32, or layerNorm in its place"
        : "another batch size, --batch \(Self.better(than: batch, rows))")
  }

  /// The next larger size whose last batch is no single row.
  private static func better(than batch: Int, _ rows: Int) -> Int {
    (batch + 1...batch + 8).first { rows % $0 != 1 } ?? batch + 1
  }
}
