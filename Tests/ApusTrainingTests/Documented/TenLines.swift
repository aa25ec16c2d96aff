import Apus

/// A network for the digits, from the data to a file and back.
func tenLines(in folder: String) throws -> (accuracy: Double, first: Prediction) {
  let digits = try ImageSet.digits()
  let split = try digits.split(validation: 0.1, seed: 1)  // with its official test set
  var model = try Model(for: split, seed: 1) {
    Flatten(); Dense(64); ReLU(); Dense(10)
  }
  try model.fit(split, epochs: 20, batch: 32, optimizer: .adam(1e-3))
  print(try model.evaluate(on: split.test))
  try model.save(to: folder + "/digits.safetensors")

  let loaded = try Model(contentsOf: folder + "/digits.safetensors")
  let accuracy = try loaded.evaluate(on: split.test, .accuracy)?.value ?? 0
  return (accuracy, try loaded.predict(digits.training)[0])
}
