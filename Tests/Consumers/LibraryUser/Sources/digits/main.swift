import Apus

let digits = try ImageSet.digits()  // bundled: UCI optical digits
let split = try digits.split(validation: 0.1, seed: 1)  // with its official test set
var model = try Model(for: split, seed: 1) {
  Flatten(); Dense(64); ReLU(); Dense(10)
}
try model.fit(split, epochs: 20, batch: 32, optimizer: .adam(1e-3))
for metric in try model.evaluate(on: split.test) { print(metric) }
try model.save(to: "digits.safetensors")
