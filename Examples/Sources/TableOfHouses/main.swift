import Apus

try Houses.write()

let houses = try Table(contentsOf: "houses.csv")
let split = try houses.task(target: "price").split(validation: 0.1, test: 0.2, seed: 1)
var model = try Model(for: split, seed: 1) {
  Dense(64); ReLU(); Dense(64); ReLU(); Dense(1)
}
try model.fit(split, epochs: 200)
print(try model.evaluate(on: split.test))
let answers = try model.predict(Table(contentsOf: "new.csv"))  // [Prediction], raw columns in, original units out
print(answers[0].value)
