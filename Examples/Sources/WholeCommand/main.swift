import Apus

try Houses.write()

let plan = try RunPlan(data: "houses.csv", target: "price", recipe: .init(epochs: 50))
print(plan.reasons)  // what was chosen, by whom, why
let result = try plan.run { progress.show($0) }  // one observer, on the training thread
print(result.test, result.keptEpoch, result.folder)
