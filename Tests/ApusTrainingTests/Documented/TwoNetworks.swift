import Apus
import ApusCore

/// The mean of the points that a generator makes after some hundred steps against a critic.
func meanOfGeneratedPoints() throws -> (x: Float, y: Float) {
  let generator = try Model(input: [4], seed: 1) {
    Dense(16); ReLU(); Dense(2)
  }
  let critic = try Model(input: [2], seed: 2) {
    Dense(16); ReLU(); Dense(1)
  }
  let step = try TrainingStep(
    [ModelTraining(generator, optimizer: Adam()), ModelTraining(critic, optimizer: Adam())],
    inputs: [StepInput("noise", [4]), StepInput("real", [2])], capacity: 64
  ) { models, inputs in
    let made = models[0](inputs[0])
    let fooled = (-models[1](made)).softplus()
    let caught = models[1](made.stopGradient()).softplus() + (-models[1](inputs[1])).softplus()
    return [fooled.mean(), caught.mean()]
  }
  let random = Philox(seed: 3, path: "points")
  func normal(_ count: Int, from start: Int) -> [Float] {
    (start..<(start + count)).map { Float(random.normal(UInt64($0))) }
  }
  for index in 1...400 {
    let real = normal(128, from: index * 1000 + 500).enumerated().map { place, value in
      (place.isMultiple(of: 2) ? 3 : -2) + 0.1 * value
    }
    try step.load(normal(256, from: index * 1000), input: 0)
    try step.load(real, input: 1)
    try step.run(rows: 64, step: index, rate: 5e-3)
  }
  let points = try Predictor(step.trained[0].snapshot()).predict(normal(1024, from: 0))
  func mean(_ column: Int) -> Float {
    stride(from: column, to: points.count, by: 2).reduce(0) { $0 + points[$1] } / 256
  }
  return (mean(0), mean(1))
}
