import Apus

/// What a saved model's hidden layer makes of the digits, and what it predicts.
func features(in folder: String) throws -> (
  features: TensorShape, probabilities: TensorShape, first: Prediction
) {
  let digits = try ImageSet.digits()
  let split = try digits.split(validation: 0.1, seed: 1)
  var model = try Model(for: split, seed: 1) {
    Flatten(); Dense(32); ReLU(); Dense(10)
  }
  try model.fit(split, epochs: 3)
  try model.save(to: folder + "/digits.safetensors")

  let loaded = try Model(contentsOf: folder + "/digits.safetensors")
  let compiled = try loaded.compiled(outputs: [.layer("2"), .prediction], batch: 256)
  let run = try compiled(split.test.batches(of: 500)[0])
  return (run[.layer("2")].shape, run[.prediction].shape, try loaded.predict(digits[0]))
}
