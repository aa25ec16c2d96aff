import Apus

/// A run as `apus train` makes it: the plan says what was chosen, the result what came of it.
func plannedRun(in folder: String) throws -> RunResult {
  let plan = try RunPlan(data: "iris", recipe: Recipe(epochs: 30), folder: folder)
  print(plan.reasons)
  let result = try plan.run { event in
    if case .epoch(let record) = event { print(record.epoch, record.trainingLoss) }
  }
  print(result.test, result.kept.clause(of: result.epochs), result.folder)
  return result
}
