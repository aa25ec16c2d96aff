import Apus

try Houses.write()
let houses = try Table(contentsOf: "houses.csv")
let task = try houses.task(target: "price")

let search = Search(task, trials: 40, seed: 1) {
  Vary(\.training.learningRate, .log(1e-4...1e-1))  // the key paths are YAML's keys
  Vary(\.model.hidden, [[64], [128], [64, 64]])
  Vary(\.model.dropout, 0...0.5)
}
let found = try search.run(parallel: 2)
print(found.importance, found.best.recipe)
