import ApusCore

/// Memory of its own for batches of a data set: targets as class numbers, labels as 0 and 1, numbers as they are.
package struct BatchStorage {
  package let memory: Batch.Memory
  private let columns: [TensorStorage]
  private let targets: TensorStorage
  private let weights: TensorStorage
  private let areClasses: Bool
  private let areLabels: Bool
  private let positions: Int
  /// The target values of one row; 0 for classes.
  let valueSize: Int

  /// - Parameter hasInputs: whether inputs are gathered too.
  package init(_ dataset: any Dataset, capacity: Int, hasInputs: Bool = true) {
    positions = dataset.positions
    areClasses = if case .classes = dataset.targets { true } else { false }
    areLabels = if case .labels = dataset.targets { true } else { false }
    valueSize = areClasses ? 0 : dataset.targets.outputCount
    let targetSize = areClasses ? positions : valueSize
    let inputs = dataset.inputs.map {
      ($0.name, $0.size, TensorStorage(count: hasInputs ? capacity * $0.size : 0))
    }
    columns = inputs.map(\.2)
    targets = TensorStorage(count: capacity * targetSize)
    weights = TensorStorage(count: capacity)
    memory = Batch.Memory(
      capacity: capacity,
      inputs: inputs.map {
        (
          $0,
          InputMemory(
            floats: hasInputs ? $2.floats : UnsafeMutableBufferPointer(start: nil, count: 0), scalar: .float32
          ), $1
        )
      },
      targets: InputMemory(floats: targets.floats, scalar: areClasses ? .int32 : .float32),
      areClasses ? .numbers : .indicators(off: 0, on: 1), targetSize: targetSize, weights: weights.floats)
  }

  /// Copies the first rows to where a step reads them, with the targets as its loss takes them.
  package func copy(to other: Batch.Memory, count: Int) {
    for (own, others) in zip(memory.inputs, other.inputs) {
      let size = own.size
      if others.memory.integers == nil {
        own.memory.copy(to: others.memory, count: count * size)
      } else {
        for row in 0..<count {
          other.write(own.memory.floats[(row * size)..<((row + 1) * size)], at: row, input: others.name)
        }
      }
    }
    if areClasses {
      let labels = targets.integers
      if positions == 1 {
        other.writeClasses(0..<count) { labels[$0] }
      } else if let place = other.targetIntegers {
        _ = place.update(fromContentsOf: labels.prefix(count * positions))
      }
    } else {
      let (values, width) = (targets.floats, valueSize)
      other.writeValues(0..<count, areLabels: areLabels) { values[$0 * width + $1] }
    }
    other.copyWeights(from: weights.floats, count: count)
  }

  /// Returns the values of an input, `[count, shape…]`.
  package func column(_ position: Int) -> [Float] { Array(columns[position].floats) }
  /// `[count, positions]`; empty where the targets are values.
  package var labels: [Int32] { areClasses ? Array(targets.integers) : [] }
  /// `[count, values]`; empty where the targets are classes.
  var values: [Float] { areClasses ? [] : Array(targets.floats) }
  var rowWeights: [Float] { Array(weights.floats) }
}
