import ApusCore
import ApusNN

/// A value inside the network that a step is asked to show: for histograms through depth, for the doctor, for a
/// drawing of the graph.
public enum Tap: Hashable, Sendable {
  /// What the layer at a path is given: `[rows, …]`.
  case input(String)
  /// The output of the layer at a path: `[rows, …]`.
  case output(String)
  /// The gradient of the mean loss with respect to it.
  case gradient(String)

  var isGradient: Bool {
    if case .gradient = self { true } else { false }
  }

  /// - Throws: an error with the nearest path when there is no such layer.
  func tensor(in network: TracedModel) throws(ApusError) -> Tensor {
    let path =
      switch self {
      case .input(let path), .output(let path), .gradient(let path): path
      }
    guard let layer = network.layers.last(where: { $0.path == path }) else {
      let known = network.layers.map(\.path)
      throw ApusError(
        "there is no layer “\(path)” to tap", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: path, in: known))
    }
    if case .input = self { return layer.input }
    return layer.output
  }
}
