import ApusCore
import ApusData
import ApusNN

extension Batch {
  /// Copies the samples to where a plan reads them: inputs, and targets as the loss wants them.
  ///
  /// - Parameters:
  ///   - floats: the targets' memory; class numbers are int32 in it.
  ///   - classTargets: how the loss wants classes.
  ///   - outputCount: the numbers that the network puts out for a sample.
  func copy(
    inputs: UnsafeMutableBufferPointer<Float>, targets floats: UnsafeMutableBufferPointer<Float>,
    _ classTargets: ClassTargets, _ outputCount: Int
  ) {
    self.inputs.withUnsafeBufferPointer { source in
      _ = inputs.update(fromContentsOf: source[..<(count * inputSize)])
    }
    switch (targets, classTargets) {
    case (.values, _):
      values.withUnsafeBufferPointer { source in
        _ = floats.update(fromContentsOf: source[..<(count * valueSize)])
      }
    case (.classes, .numbers):
      let integers = UnsafeMutableRawBufferPointer(floats).bindMemory(to: Int32.self)
      labels.withUnsafeBufferPointer { source in
        _ = integers.update(fromContentsOf: source[..<count])
      }
    case (.classes, .indicators(let off, let on)):
      for row in 0..<count {
        for output in 0..<outputCount {
          let isOn = outputCount == 1 ? labels[row] == 1 : Int(labels[row]) == output
          floats[row * outputCount + output] = isOn ? on : off
        }
      }
    }
  }
}
