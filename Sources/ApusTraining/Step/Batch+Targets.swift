import ApusCore
import ApusData
import ApusNN

extension Batch {
  /// Copies the samples to where a plan reads them: inputs, and targets as the loss wants them.
  ///
  /// - Parameters:
  ///   - classTargets: how the loss wants classes; of independent labels each is such an indicator.
  ///   - outputCount: the numbers that the network puts out for a sample.
  func copy(
    to inputs: InputMemory, targets: InputMemory, _ classTargets: ClassTargets, _ outputCount: Int
  ) {
    self.inputs.withUnsafeBufferPointer {
      inputs.fill(UnsafeBufferPointer(rebasing: $0[..<(count * inputSize)]))
    }
    switch (self.targets, classTargets) {
    case (.values, _), (.labels, .numbers):
      values.withUnsafeBufferPointer {
        targets.fill(UnsafeBufferPointer(rebasing: $0[..<(count * valueSize)]))
      }
    case (.labels, .indicators(let off, let on)):
      let floats = targets.floats
      for index in 0..<(count * valueSize) { floats[index] = values[index] == 1 ? on : off }
    case (.classes, .numbers):
      labels.withUnsafeBufferPointer { source in
        _ = targets.integers?.update(fromContentsOf: source[..<(count * positions)])
      }
    case (.classes, .indicators(let off, let on)):
      let floats = targets.floats
      for row in 0..<count {
        for output in 0..<outputCount {
          let isOn = outputCount == 1 ? labels[row] == 1 : Int(labels[row]) == output
          floats[row * outputCount + output] = isOn ? on : off
        }
      }
    }
  }
}
