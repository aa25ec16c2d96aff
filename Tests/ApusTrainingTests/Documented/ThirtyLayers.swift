import Apus

/// The training loss of thirty layers of tanh after some epochs, from small weights and from LSUV's.
func lossesOfThirtyLayers() throws -> (small: Double, lsuv: Double) {
  let digits = try ImageSet.digits().split(validation: 0.1, seed: 1).training
  let small = try Model(input: [8, 8, 1], seed: 1) {
    Flatten()
    for _ in 0..<30 { Dense(24, initializer: .normal(0.01)); Tanh() }
    Dense(10, initializer: .normal(0.01))
  }
  func loss(_ model: Model) throws -> Double {
    var model = model
    return try model.fit(digits, epochs: 2, optimizer: .adam(1e-3)).epochs.last?.trainingLoss ?? .nan
  }
  return (try loss(small), try loss(small.prepared(with: .lsuv, on: digits)))
}
