import Apus

/// A model for the digits 0 to 9 whose hidden layer is that of another model, and stays as it is.
func fineTuned() throws -> (model: Model, hiddenIsUnchanged: Bool) {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  func network(seed: UInt64) throws -> Model {
    try Model(input: [8, 8, 1], seed: seed) {
      Flatten(); Dense(32); ReLU(); Dense(10)
    }
  }
  var base = try network(seed: 1)
  try base.fit(split, epochs: 2, optimizer: .adam(2e-3))

  var model = try network(seed: 2)
  for path in ["1.weight", "1.bias"] { try model.set(path, to: base[path] ?? []) }
  try model.fit(split, epochs: 2, optimizer: .adam(2e-4), frozen: .layers("1"))
  return (model, model["1.weight"] == base["1.weight"])
}
