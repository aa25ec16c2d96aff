import Apus

try Houses.write()

struct Quantile: Loss {  // trains, evaluates, saves
  var level = 0.9
  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let e = target - output
    return maximum(level * e, (level - 1) * e)
  }
}
struct Swiglu: Layer {
  var units: Int
  func callAsFunction(_ x: Tensor, in scope: Scope) -> Tensor {
    let gate = scope.call(Dense(units), x, named: "gate"), up = scope.call(Dense(units), x, named: "up")
    return scope.call(Dense(x.shape[-1].size), gate.swish() * up, named: "down")
  }
}
struct Lion: Optimizer {
  var beta1 = 0.9, beta2 = 0.99
  func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    let m = step["m"]
    step["m"] = beta2 * m + (1 - beta2) * g
    return w - step.rate * (beta1 * m + (1 - beta1) * g).sign()
  }
}
let vocabulary = Vocabulary.standard.adding(Quantile(), Swiglu(units: 64), Lion())  // prototypes: their values are the defaults

let split = try Table(contentsOf: "houses.csv").task(target: "price").split(
  validation: 0.1, test: 0.2, seed: 1)
var model = try Model(for: split, seed: 1, loss: Quantile()) {
  Dense(32); Swiglu(units: 64); Dense(1)
}
try model.fit(split, epochs: 100, optimizer: OptimizerSetting(Lion(), rate: 3e-4))
try model.save(to: "prices.safetensors")

let again = try Model(contentsOf: "prices.safetensors", vocabulary: vocabulary)
print(again.objective!.loss)
print(try again.evaluate(on: split.test))
print(try again.predict(Table(contentsOf: "new.csv"))[0].value)
do {
  _ = try Model(contentsOf: "prices.safetensors")
} catch {
  print(error)
}
