import ApusCore
import ApusData

extension Batch {
  /// Copies the samples to where a plan reads them: inputs, and targets as the loss wants them.
  ///
  /// Class numbers for a loss on numbers become 0 and 1 for a single output, else one-hot rows.
  func copy(to inputs: InputMemory, targets: InputMemory, _ outputCount: Int) {
    self.inputs.withUnsafeBufferPointer { inputs.fill($0[..<(count * inputSize)]) }
    switch self.targets {
    case .labels, .values:
      values.withUnsafeBufferPointer { targets.fill($0[..<(count * valueSize)]) }
    case .classes:
      if let integers = targets.integers {
        labels.withUnsafeBufferPointer { source in
          _ = integers.update(fromContentsOf: source[..<count])
        }
      } else {
        let floats = targets.floats
        for row in 0..<count {
          for output in 0..<outputCount {
            let isOne = outputCount == 1 ? labels[row] == 1 : Int(labels[row]) == output
            floats[row * outputCount + output] = isOne ? 1 : 0
          }
        }
      }
    }
  }
}
