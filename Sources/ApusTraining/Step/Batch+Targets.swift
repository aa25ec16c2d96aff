import ApusCore
import ApusData
import ApusNN

/// Where a plan reads its batch, and how the loss wants the targets there.
struct BatchPlace {
  var inputs: InputMemory
  var targets: InputMemory
  /// How the loss wants classes; of independent labels each is such an indicator.
  var classTargets: ClassTargets
  /// The numbers that the network puts out for a sample.
  var outputCount: Int

  init(inputs: InputMemory, targets: InputMemory, _ classTargets: ClassTargets, _ model: Model) {
    self.inputs = inputs
    self.targets = targets
    self.classTargets = classTargets
    outputCount = model.outputShape.reduce(1, *)
  }

  /// Of a plan whose inputs 0 and 1 are the two.
  init(_ executable: Executable, _ classTargets: ClassTargets, _ model: Model) {
    self.init(
      inputs: executable.memory(input: 0), targets: executable.memory(input: 1), classTargets, model)
  }

  /// Of a step of one model.
  init(_ step: TrainingStep, _ classTargets: ClassTargets) {
    self.init(
      inputs: step.memory(input: 0), targets: step.memory(input: 1), classTargets, step.trained[0].model)
  }

  /// Copies a batch's samples there.
  ///
  /// - Parameter batch: not changed; `inout`, so that one in an object is read where it lies, and none of its arrays is
  ///   counted.
  func take(_ batch: inout Batch) {
    let count = batch.count
    batch.inputs.withUnsafeBufferPointer {
      inputs.fill(UnsafeBufferPointer(rebasing: $0[..<(count * batch.inputSize)]))
    }
    switch (batch.targets, classTargets) {
    case (.values, _), (.labels, .numbers):
      batch.values.withUnsafeBufferPointer {
        targets.fill(UnsafeBufferPointer(rebasing: $0[..<(count * batch.valueSize)]))
      }
    case (.labels, .indicators(let off, let on)):
      let floats = targets.floats
      for index in 0..<(count * batch.valueSize) { floats[index] = batch.values[index] == 1 ? on : off }
    case (.classes, .numbers):
      batch.labels.withUnsafeBufferPointer { source in
        _ = targets.integers?.update(fromContentsOf: source[..<(count * batch.positions)])
      }
    case (.classes, .indicators(let off, let on)):
      let floats = targets.floats
      batch.labels.withUnsafeBufferPointer { labels in
        guard outputCount > 1 else {
          for row in 0..<count { floats[row] = labels[row] == 1 ? on : off }
          return
        }
        floats[..<(count * outputCount)].update(repeating: off)
        for row in 0..<count where UInt32(bitPattern: labels[row]) < outputCount {
          floats[row * outputCount + Int(labels[row])] = on
        }
      }
    }
  }
}

extension Batch {
  /// Copies the samples to where a plan reads them: inputs, and targets as the loss wants them.
  func copy(to place: BatchPlace) {
    var batch = self
    place.take(&batch)
  }
}
