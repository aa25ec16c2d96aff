import Apus

/// A network that is kept from learning by heart, and how unsure it is of its first test images.
func regularizedDigits() throws -> (accuracy: Double, spread: [Float]) {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  var model = try Model(input: [8, 8, 1], seed: 1) {
    Flatten(); Dense(64); ReLU(); Dropout(0.3); Dense(10)
  }
  try model.fit(
    split, epochs: 8, optimizer: .adam(2e-3), regularization: Regularization(l2: 1e-4, maxNorm: 4),
    earlyStopping: 5)
  let accuracy = try model.evaluate(on: split.test, Accuracy())?.value ?? 0
  let first = split.test.subset(Array(0..<20))
  let sampled = try model.sampledResults(on: first, passes: 50)
  return (accuracy, sampled.deviations)
}
