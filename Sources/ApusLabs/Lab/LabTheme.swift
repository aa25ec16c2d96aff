/// A group of labs, in the order of the index.
package enum LabTheme: String, Sendable, CaseIterable {
  case oneNeuron = "One neuron"
  case graphs = "Graph and gradient"
  case functions = "Networks as functions"
  case descent = "Descent"
  case activations = "Activations"
  case beforeTraining = "Before training"
  case generalizing = "Generalizing"
  case practice = "Practice"
}
