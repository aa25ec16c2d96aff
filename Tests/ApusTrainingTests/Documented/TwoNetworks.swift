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
    ["generator": .init(generator, optimizer: .adam(5e-3)), "critic": .init(critic, optimizer: .adam(5e-3))],
    inputs: ["noise": [4], "real": [2]], batch: 64
  ) { models, inputs in
    let made = models["generator"](inputs["noise"])
    let fooled = (-models["critic"](made)).softplus()
    let caught =
      models["critic"](made.stopGradient()).softplus() + (-models["critic"](inputs["real"])).softplus()
    return ["generator": fooled.mean(), "critic": caught.mean()]
  }
  for _ in 0..<400 {
    let real = Tensor([[3, -2]]) + 0.1 * Tensor.normal([64, 2], seed: 3, step: step.count)
    try step.run(["noise": .normal([64, 4], seed: 4, step: step.count), "real": real])
  }
  let points = step.models["generator"](Tensor.normal([256, 4], seed: 5))
  let mean = try points.mean(axes: [0]).values()
  return (mean[0], mean[1])
}
