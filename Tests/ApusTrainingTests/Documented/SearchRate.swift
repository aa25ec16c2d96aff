import Apus

/// The best of six learning rates for iris by the validation loss, in the folder.
func bestRate(in folder: String) throws -> Double? {
  var configuration = RunConfiguration()
  configuration.data.source = "iris"
  configuration.training.epochs = 4
  configuration.search.trials = 6
  configuration.search.over = .object([
    JSONMember("training.learningRate", .object([JSONMember("log", .array([.double(1e-4), .double(0.1)]))]))
  ])
  let search = try Search(configuration, folder: folder)
  try search.run()
  return try RunConfiguration.load(yaml: folder + "/best.yaml").training.learningRate
}
