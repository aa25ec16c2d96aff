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

  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: Optimizers.table.names)
  func aStepAllocatesNothing(_ name: String) throws {
    let optimizer = try Optimizers.optimizer(.string(name))
    #expect(try count(optimizer, .none) == 0)
    #expect(try count(optimizer, Regularization(l2: 1e-3, clipNorm: 1)) == 0)
    #expect(try count(optimizer, Regularization(l1: 1e-3, maxNorm: 2, clipValue: 0.5)) == 0)
  }
}
