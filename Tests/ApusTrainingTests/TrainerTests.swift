import Apus
import Testing

@Suite struct TrainerTests {
  @Test func digits() throws {
    let digits = try ImageSet.digits()
    let split = try digits.split(validation: 0.1, seed: 1)
    var model = try Model(input: digits.inputShape, seed: 1) {
      Flatten(); Dense(64); ReLU(); Dense(10)
    }
    let history = try model.fit(split, epochs: 20, batch: 32, optimizer: .adam(1e-3))
    #expect(history.epochs.count == 20)
    #expect(split.test.count == 1797 && split.training.count + split.validation.count == 3823)
    #expect(try #require(try model.evaluate(on: split.test, .accuracy)).value > 0.95)
  }

  @Test func regression() throws {
    let split = try Samples.values(400).split(seed: 1)
    #expect(split.training.count == 280 && split.validation.count == 40 && split.test.count == 80)
    var model = try Model(input: [2], seed: 1) { Dense(1) }
    try model.fit(split, epochs: 30, optimizer: .sgd(0.1))
    #expect(try #require(try model.evaluate(on: split.test, R2())).value > 0.98)
    let weights = try #require(model["0.weight"])
    #expect(abs(weights[0] - 2) < 0.05 && abs(weights[1] + 1) < 0.05)
  }

  @Test func eventsInOrder() throws {
    var model = try Model(input: [5], seed: 1) { Dense(2) }
    var words: [String] = []
    let data = try Samples.classes(20)
    try model.fit(data, epochs: 2, batch: 10, optimizer: .sgd()) {
      event in
      switch event {
      case .started(let steps, let stepsPerEpoch, let parameters):
        words.append("started \(steps) \(stepsPerEpoch) \(parameters)")
      case .step(let step, let epoch, _): words.append("step \(step) of epoch \(epoch)")
      case .epoch(let record): words.append("epoch \(record.epoch)")
      case .checkpoint: words.append("checkpoint")
      case .member: words.append("member")
      case .stopped: words.append("stopped")
      case .finished(let history): words.append("finished \(history.epochs.count)")
      }
    }
    #expect(
      words == [
        "started 4 2 12", "step 1 of epoch 1", "step 2 of epoch 1", "epoch 1", "step 3 of epoch 2",
        "step 4 of epoch 2", "epoch 2", "finished 2",
      ])
  }

  /// Classes may be learned with a loss on numbers too: one output for two of them, or one for each.
  @Test func classesAsNumbers() throws {
    let data = try Samples.classes(300)
    for outputs in [1, 2] {
      var model = try Model(input: [5], seed: 1) {
        Dense(16); Tanh(); Dense(outputs)
      }
      model.objective = Objective(data.targets, loss: BinaryCrossEntropy())
      try model.fit(data, epochs: 40, optimizer: .adam(0.02))
      #expect(try #require(try model.evaluate(on: data, .accuracy)).value > 0.9)
    }
  }
}
