import Apus

let digits = try ImageCollection.digits()  // bundled: UCI optical digits
let split = try digits.split(validation: 0.1, seed: 1)  // with its official test set
var model = try Model(input: digits.inputShape, seed: 1) {
  Flatten(); Dense(64); ReLU(); Dense(10)
}
let trainer = Trainer(loss: .softmaxCrossEntropy, optimizer: .adam(1e-3))
try trainer.fit(&model, split, epochs: 20, batch: 32)
for metric in try model.evaluate(on: split.test) { print(metric) }
try model.save(to: "digits.safetensors")
