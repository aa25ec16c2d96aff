import Apus

/// The prices of houses, by a network of the table's own columns.
func prices(of new: String, learnedFrom known: String, in folder: String) throws -> [Double] {
  let houses = try Table(contentsOf: known)
  let split = try houses.task(target: "price").split(validation: 0.1, test: 0.2, seed: 1)
  var model = try Model(for: split, seed: 1) {
    Dense(32); ReLU(); Dense(1)
  }
  try model.fit(split, epochs: 40, optimizer: .adam(5e-3))
  print(try model.evaluate(on: split.test))  // in the target's own unit
  try model.save(to: folder + "/houses.safetensors")
  return try model.predict(Table(contentsOf: new)).map(\.value)
}
