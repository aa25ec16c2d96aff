import Apus

/// The test log-loss of three networks for the digits, and of their ensemble.
func logLosses() throws -> (members: [Double], ensemble: Double) {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  let members = try (1...3).map { seed in
    var model = try Model(input: [8, 8, 1], seed: UInt64(seed)) {
      Flatten(); Dense(32); ReLU(); Dense(10)
    }
    try model.fit(split, epochs: 3, optimizer: .adam(2e-3), seed: UInt64(seed))
    return model
  }
  func logLoss(_ model: Model) throws -> Double {
    try model.evaluate(on: split.test, LogLoss())?.value ?? .nan
  }
  let ensemble = try Model.ensemble(of: members)
  return (try members.map(logLoss), try logLoss(ensemble))
}
