import Apus

let (generator, critic) = (try Given.generator(), try Given.critic())

let step = try TrainingStep(
  ["generator": .init(generator, optimizer: .adam(5e-3)), "critic": .init(critic, optimizer: .adam(5e-3))],  // in this order
  inputs: ["noise": [4], "real": [2]], batch: 64
) { models, inputs in
  let made = models["generator"](inputs["noise"])
  return [
    "generator": (-models["critic"](made)).softplus().mean(),
    "critic":
      (models["critic"](made.stopGradient()).softplus() + (-models["critic"](inputs["real"])).softplus())
      .mean(),
  ]
}
for _ in 0..<400 {
  try step.run([
    "noise": .normal([64, 4], seed: 1, step: step.count), "real": cloud.sample(64, step: step.count),
  ])
}
let points = step.models["generator"](Tensor.normal([256, 4], seed: 2))

print(points.mean(axes: [0]))
