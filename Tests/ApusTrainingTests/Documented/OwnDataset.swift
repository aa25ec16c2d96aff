import Apus

/// Points on two rings, made as they are asked for.
struct Rings: Dataset {
  let count = 400
  let inputShape = [2]
  let targets = TargetKind.classes(names: ["inner", "outer"])

  func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    for (place, row) in zip(0..., rows) {
      let (angle, radius): (Float, Float) = (Float(row) * 0.37, row.isMultiple(of: 2) ? 1 : 2)
      let x = Tensor(angle)
      let point = try? (x.cos().item() * radius, x.sin().item() * radius)
      memory.write([point?.0 ?? 0, point?.1 ?? 0], at: place)
      memory.write(class: row % 2, at: place)
    }
  }
}

/// How well a small network tells the rings apart, and the first batch's points.
func ringsToldApart() throws -> (accuracy: Double, shape: TensorShape) {
  let split = try Rings().split(validation: 0.1, test: 0.2, seed: 1)
  var model = try Model(for: split, seed: 1) {
    Dense(16); Tanh(); Dense(2)
  }
  try model.fit(split, epochs: 30, optimizer: .adam(1e-2))
  let batch = split.training.batches(of: 32, shuffledBy: 1, epoch: 0)[0]
  return (try model.evaluate(on: split.test)["accuracy"]?.value ?? 0, batch["input"].shape)
}
