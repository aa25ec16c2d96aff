import Apus

/// The doctor's findings on a small network for the bundled digits.
func examineDigits() throws -> [Finding] {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  let model = try Model(input: [8, 8, 1], seed: 1) {
    Flatten(); Dense(64); ReLU(); Dense(10)
  }
  let settings = TrainingSettings(optimizer: .adam(1e-3), epochs: 5)
  return Doctor.examine(ExaminedModel(model, split, settings: settings))
}
