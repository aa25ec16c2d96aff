import Apus

/// The validation accuracy of the same small network with each activation.
func accuracies(of activations: [any Activation]) throws -> [Double] {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  return try activations.map { activation in
    var model = try Model(input: [8, 8, 1], seed: 1) {
      Flatten(); Dense(32); activation; Dense(10)
    }
    let history = try model.fit(split, epochs: 3, optimizer: .adam(2e-3))
    return history.epochs.last?.validation.first { $0.name == "accuracy" }?.value ?? 0
  }
}
