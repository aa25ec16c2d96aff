import ApusCore
import ApusData

extension Batch {
  /// Copies the samples to where a plan reads them: inputs, and targets as the loss wants them (input 1 of the plan).
  ///
  /// Class numbers for a loss on numbers become 0 and 1 for a single output, else one-hot rows.
  func copy(inputs: UnsafeMutableBufferPointer<Float>, targets executable: Executable, _ outputCount: Int) {
    copy(
      inputs: inputs, floats: executable.floats(input: 1, rows: capacity),
      isLabelled: executable.inputTypes[1].scalar == .int32, outputCount)
  }

  func copy(
    inputs: UnsafeMutableBufferPointer<Float>, floats: UnsafeMutableBufferPointer<Float>, isLabelled: Bool,
    _ outputCount: Int
  ) {
    self.inputs.withUnsafeBufferPointer { source in
      _ = inputs.update(fromContentsOf: source[..<(count * inputSize)])
    }
    switch targets {
    case .values:
      values.withUnsafeBufferPointer { source in
        _ = floats.update(fromContentsOf: source[..<(count * valueSize)])
      }
    case .classes:
      if isLabelled {
        let integers = UnsafeMutableRawBufferPointer(floats).bindMemory(to: Int32.self)
        labels.withUnsafeBufferPointer { source in
          _ = integers.update(fromContentsOf: source[..<(count * positions)])
        }
      } else {
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
