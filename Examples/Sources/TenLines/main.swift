import Apus

let digits = try ImageSet.digits()
let split = try digits.split(validation: 0.1, seed: 1)  // with its official test set
var model = try Model(for: split, seed: 1) {
  Flatten(); Dense(64); ReLU(); Dense(10)
}
try model.fit(split, epochs: 20, batch: 32, optimizer: .adam(1e-3))
print(try model.evaluate(on: split.test))
print(try model.predict(digits[0]))
try model.save(to: "digits.safetensors")
