import Apus

/// The quantile loss: a share `level` of the targets lies below the prediction (Koenker and Bassett 1978).
struct Quantile: Loss {
  var level = 0.9

  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let e = target - output
    return maximum(level * e, (level - 1) * e)
  }
}

/// A gated layer (Shazeer 2020): y = W₃(swish(W₁ x) · W₂ x), as wide as its input.
struct Swiglu: Layer {
  var units: Int

  func callAsFunction(_ x: Tensor, in scope: Scope) -> Tensor {
    let gate = scope.call(Dense(units), x, named: "gate")
    let up = scope.call(Dense(units), x, named: "up")
    return scope.call(Dense(x.shape[-1].size), gate.swish() * up, named: "down")
  }
}

/// The sign of an average of gradients (Chen et al. 2023).
struct Lion: Optimizer {
  var beta1 = 0.9, beta2 = 0.99

  func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
    let m = step["m"]
    step["m"] = beta2 * m + (1 - beta2) * g
    return w - step.rate * (beta1 * m + (1 - beta1) * g).sign()
  }
}

/// Trains on a table, saves, loads, and returns the loaded model.
func ownParts(on table: TableTask, file: String) throws -> Model {
  let split = try table.split(validation: 0.1, seed: 1)
  var model = try Model(for: split, seed: 1, loss: Quantile()) {
    Dense(16); Swiglu(units: 32); Dense(1)
  }
  try model.fit(split, epochs: 60, optimizer: OptimizerSetting(Lion(), rate: 1e-3))
  try model.save(to: file)

  // Prototypes: their values are the defaults of what a file or a configuration leaves out.
  let vocabulary = Vocabulary.standard.adding(Quantile(), Swiglu(units: 64), Lion())
  return try Model(contentsOf: file, vocabulary: vocabulary)
}
