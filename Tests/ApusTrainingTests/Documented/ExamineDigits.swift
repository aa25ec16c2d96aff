import Apus

/// The doctor's verdicts on a small network for the bundled digits.
func examineDigits() throws -> [Verdict] {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  let model = try Model(input: [8, 8, 1], seed: 1) {
    Flatten(); Dense(64); ReLU(); Dense(10)
  }
  let settings = TrainingSettings(optimizer: .adam(1e-3), epochs: 5)
  return Doctor.examine(Patient(model, split, settings: settings))
}
