import Apus

/// Digits learned in a loop of one's own, and how many steps were skipped.
func digitsByHand() throws -> (accuracy: Double, skipped: Int) {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  var model = try Model(for: split, seed: 1) {
    Flatten(); Dense(64); ReLU(); Dense(10)
  }
  let steps = 4 * split.training.batches(of: 64).count
  let step = try TrainingStep(model, optimizer: .adamW(3e-3), schedule: .cosine, batch: 64, steps: steps)
  for epoch in 0..<4 {
    for batch in split.training.batches(of: 64, shuffledBy: 7, epoch: epoch) {
      try step.gradients(batch)
      if step.gradientNorm > 10 { continue }
      try step.update()
    }
  }
  model = step.model
  return (try model.evaluate(on: split.test)["accuracy"]?.value ?? 0, step.count - step.updates)
}
