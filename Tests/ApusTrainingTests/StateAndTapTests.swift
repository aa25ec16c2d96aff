import ApusCore
import ApusNN
import ApusTraining
import Testing

/// Counts its steps and keeps a running mean of its input's mean.
private struct RunningMean: Layer {
  static let name = "runningMean"
  static let formula = "y = x"

  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let mean = scope.state("mean", [1], .zeros)
    let steps = scope.state("steps", [1], .zeros)
    if scope.mode.usesBatchStatistics {
      scope.update("mean", to: mean * 0.5 + input.mean().reshape([1]) * 0.5)
      scope.update("steps", to: steps + 1)
    }
    return scope.mode.usesBatchStatistics ? input : input - mean
  }
}

@Suite struct StateAndTapTests {
  private func step(_ taps: [CompiledModel.Output] = []) throws -> TrainingStep {
    let model = try Model(input: [2], seed: 1) {
      RunningMean()
      Dense(3)
      ReLU()
      Dense(1)
    }
    return try TrainingStep(
      model, loss: .squared, optimizer: Adam(), capacity: 4, regularization: Regularization(l2: 0.1),
      taps: taps)
  }

  @Test func stateFollowsTheStepsAndIsNotTrained() throws {
    let step = try step()
    try step.load(inputs: [1, 2, 3, 4], targets: [1, 2])
    for index in 1...2 { try step.run(rows: 2, step: index, rate: 0.01) }
    let model = step.trained[0].snapshot()
    #expect(model["0.steps"] == [2])
    #expect(model["0.mean"] == [0.5 * 1.25 + 0.5 * 2.5])
    #expect(model.parameterCount == 2 * 3 + 3 + 3 + 1)
    #expect(step.trained[0].gradient(of: "0.mean") == nil)
  }

  @Test func stateIsUsedInInference() throws {
    var model = try Model(input: [1], seed: 1) { RunningMean() }
    try model.set("0.mean", to: [4])
    #expect(try Predictor(model).predict([10]) == [6])
  }

  @Test func aFailedStepLeavesStateAndWeights() throws {
    let step = try step()
    let before = step.trained[0].snapshot()
    try step.load(inputs: [1, .nan], targets: [1])
    #expect(throws: ApusError.self) { try step.run(rows: 1, step: 1, rate: 0.1) }
    for parameter in before.parameters {
      #expect(step.trained[0].snapshot()[parameter.path] == before[parameter.path])
    }
  }

  @Test func tapsShowOutputsAndGradients() throws {
    let step = try step([.layer("2"), .gradient(of: .loss, "2"), .gradient(of: .loss, "3")])
    try step.load(inputs: [1, 2, 3, 4], targets: [1, 2])
    try step.run(rows: 2, step: 1, rate: 0)
    let hidden = try step.value(of: .layer("2")).values()
    #expect(hidden.count == 6 && hidden.allSatisfy { $0 >= 0 })
    let gradient = try step.value(of: .gradient(of: .loss, "3")).values()
    // With respect to the output of the last layer it is 2 (y − t) / rows, and the bias' gradient is its sum.
    let bias = try #require(step.trained[0].gradient(of: "3.bias"))
    #expect(abs(gradient.reduce(0, +) - bias[0]) < 1e-6)
    #expect(step.value(of: .layer("1")).error != nil)
  }

  @Test func anUnknownTapNamesTheNearestLayer() {
    #expect { try step([.layer("9")]) } throws: { "\($0)".contains("there is no layer \"9\"") }
  }
}
