import AllocationCounter
import Apus
import Testing

/// Once planned, a training step allocates nothing, whatever the optimizer and whatever keeps the weights small.
@Suite(.serialized) struct AllocationTests {
  private func count(_ optimizer: any Optimizer, _ regularization: Regularization) throws -> Int {
    let model = try Model(input: [5], seed: 1) {
      Dense(16)
      ReLU()
      Dense(2)
    }
    let data = try Samples.classes(64)
    let step = try TrainingStep(
      ModelTraining(model, optimizer: OptimizerSetting(optimizer), regularization: regularization),
      loss: .softmaxCrossEntropy,
      capacity: 64, engine: Engine(instructionSet: Engine.standard().instructionSet, threads: 1))
    try step.load(inputs: data.features, labels: data.labels)
    for index in 1...3 { try step.run(rows: 64, step: index, rate: 1e-3) }
    allocation_counter_start()
    for index in 4...8 { _ = try? step.run(rows: 64, step: index, rate: 1e-3) }
    return Int(allocation_counter_stop())
  }

  /// Neither does a loop by hand over the batches of an epoch, nor one over a subset with weights.
  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: [false, true])
  func aLoopByHandAllocatesNothing(_ isWeighted: Bool) throws {
    let plain = try Samples.classes(200)
    let all = try TableDataset(
      features: plain.features, inputShape: [5], labels: plain.labels, names: ["a", "b"],
      weights: isWeighted ? (0..<200).map { Float($0 % 3) } : nil)
    let data = all.subset(Array(20..<180))
    let model = try Model(for: data, seed: 1) {
      Dense(16); ReLU(); Dropout(0.2); Dense(2)
    }
    let step = try TrainingStep(
      model, schedule: .cosine, batch: 16, steps: 1000, isWeighted: isWeighted,
      engine: Engine(instructionSet: Engine.standard().instructionSet, threads: 1))
    let batches = data.batches(of: 16, shuffledBy: 1, epoch: 0)
    func epoch() throws {
      for batch in batches {
        try step.gradients(batch)
        if step.gradientNorm > 100 { continue }
        try step.update()
      }
    }
    try epoch()
    allocation_counter_start()
    let result = Result { try epoch() }
    let count = Int(allocation_counter_stop())
    try result.get()
    #expect(count == 0 && step.updates == 20)
  }

  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: Optimizers.table.names)
  func aStepAllocatesNothing(_ name: String) throws {
    let optimizer = try Optimizers.optimizer(.string(name))
    #expect(try count(optimizer, .none) == 0)
    #expect(try count(optimizer, Regularization(l2: 1e-3, clipNorm: 1)) == 0)
    #expect(try count(optimizer, Regularization(l1: 1e-3, maxNorm: 2, clipValue: 0.5)) == 0)
  }
}
