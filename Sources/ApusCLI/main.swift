import Apus
var configuration = RunConfiguration()
var arguments = CommandLine.arguments.dropFirst()
configuration.data.source = arguments.popFirst()
var out: String? = nil
while let a = arguments.popFirst() {
  let v = arguments.popFirst() ?? ""
  switch a {
  case "--target": configuration.data.target = v
  case "--seed": configuration.training.seed = UInt64(v)
  case "--hidden": configuration.model.hidden = v.split(separator: ",").map { Int($0)! }
  case "--epochs": configuration.training.epochs = Int(v)
  case "--batch": configuration.training.batch = Int(v)
  case "--lr": configuration.training.learningRate = Double(v)
  case "--l2": configuration.training.l2 = Double(v)
  case "--dropout": configuration.model.dropout = Double(v)
  case "--out": out = v
  default: fatalError(a)
  }
}
do {
  let run = try TrainingRun(configuration, folder: out)
  for line in run.choices + run.notes { print("  \(line)") }
  let report = try run.train { event in if case .epoch(let e) = event, e.epoch % 10 == 0 { print(e.epoch, e.trainingLoss, e.validation) } }
  print("train", report.training, "val", report.validation, "test", report.test, report.seconds, report.history.bestEpoch ?? -1)
} catch { print("error: \(error)") }
