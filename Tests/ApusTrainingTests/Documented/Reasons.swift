import Apus

/// The settings of a run on iris, each with its origin.
func reasons() throws -> [String] {
  var configuration = RunConfiguration()
  configuration.data.source = "iris"
  let ours = Recipe(epochs: 50, optimizer: Adam(beta1: 0.8))
  configuration.training = ours.overlay(Recipe(epochs: 5, batch: 30))
  return try RunPlan(configuration).reasons.settings.map(\.description)
}
