/// The numbers of a batch's rows in arrays: for whoever looks at data and does not train.
package struct BatchArrays {
  /// The number of rows.
  package let count: Int
  /// The numbers of one row of the first input.
  package let inputSize: Int
  /// The target values of one row; 0 for classes.
  package let valueSize: Int
  /// The values of each input, `[count, shape…]`, row-major; class numbers as floats. Empty where inputs weren't asked
  /// for.
  package let columns: [[Float]]
  /// `[count, positions]` class numbers; empty where the targets are values.
  package let labels: [Int32]
  /// `[count, values]`, 0 or 1 for each of several labels; empty where the targets are classes.
  package let values: [Float]
  /// `[count]`: how much each row counts.
  package let weights: [Float]

  /// The first input.
  package var inputs: [Float] { columns[0] }

  /// - Parameter hasInputs: whether inputs are gathered too.
  package init(_ batch: Batch, hasInputs: Bool = true) {
    let storage = BatchStorage(batch.dataset, capacity: batch.count, hasInputs: hasInputs)
    batch.gather(into: storage.memory)
    count = batch.count
    inputSize = batch.dataset.inputSize
    valueSize = storage.valueSize
    columns = batch.dataset.inputs.indices.map { storage.column($0) }
    (labels, values, weights) = (storage.labels, storage.values, storage.rowWeights)
  }
}
