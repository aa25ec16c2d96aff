import Apus

let split = try Given.split()
var model = try Given.model(split)

let steps = 20 * split.training.batches(of: 64).count  // how long the cosine is
let step = try TrainingStep(
  model, optimizer: .adamW(weightDecay: 0.01), schedule: .cosine, batch: 64, steps: steps)
for epoch in 0..<20 {
  for batch in split.training.batches(of: 64, shuffledBy: seed, epoch: epoch) {
    try step.gradients(batch)  // forward and backward, in the planned arena; returns the loss
    if step.gradientNorm > 10 { continue }  // or clip, add noise, average over machines
    try step.update()  // or update(rate: 1e-3)
  }
}
model = step.model

print("\(step.count) batches, \(step.updates) updates")
print(try model.evaluate(on: split.test))
