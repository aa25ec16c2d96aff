import Apus

/// The best of six trials for iris by the validation loss, and which setting mattered.
func bestRecipe(in folder: String) throws -> (recipe: Recipe, importance: [Search.Importance]) {
  guard case .table(let iris) = try DataSource.open("iris").content else {
    throw ApusError("iris is a table")
  }
  var base = RunConfiguration()
  base.training.epochs = 4
  let search = try Search(iris.task(target: "species"), base: base, trials: 6, seed: 1) {
    Vary(\.training.learningRate, .log(1e-4...1e-1))
    Vary(\.model.hidden, [[8], [16], [8, 8]])
    Vary(\.model.dropout, 0...0.5)
  }
  let found = try search.run(parallel: 2, folder: folder)
  return (found.best.recipe, found.importance)
}
