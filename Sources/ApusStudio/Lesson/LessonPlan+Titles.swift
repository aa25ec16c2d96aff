import ApusCore
import ApusNN
import ApusRuns

extension LessonPlan {
  /// Returns the title of the part to which a layer of the network belongs: `layer 1`, `output`.
  private func part(_ item: Int) -> String {
    let dense = densePaths.compactMap { Int($0) }
    let number = dense.lastIndex { $0 <= item } ?? 0
    return number == dense.count - 1 ? "output" : "layer \(number + 1)"
  }

  /// Returns the page's name for a parameter: `layer 1, weight` for `0.weight`.
  func title(ofParameter path: String) -> String {
    let parts = path.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let item = Int(parts[0]), network.items.indices.contains(item) else {
      return path
    }
    let isNorm = network.items[item].layer is BatchNorm
    return "\(part(item)), \(isNorm ? "batch norm " : "")\(parts[1])"
  }

  /// Returns the page's name for a layer: `layer 1` for `0`.
  private func title(ofLayer path: String) -> String {
    path.split(separator: ".").first.flatMap { Int($0) }.map(part) ?? path
  }

  /// Returns the page's name for the place of a step's error, `layer 0 (dense)` or `parameter 0.weight`: others stay as
  /// they are.
  func title(ofPlace place: String) -> String {
    let words = place.split(separator: " ")
    guard words.count >= 2 else { return place }
    return switch words[0] {
    case "layer": title(ofLayer: String(words[1]))
    case "parameter": title(ofParameter: String(words[1]))
    default: place
    }
  }

  /// For the doctor, who then speaks of layers and inputs as the page does.
  var names: ExaminedModelNames {
    var names = ExaminedModelNames()
    names.layer = { title(ofLayer: $0) }
    names.parameter = { title(ofParameter: $0) }
    names.features = samples.inputs.map(\.title)
    return names
  }

  /// The layers whose outputs say what the network makes of a point: the activations of the hidden ones, and the output.
  var depth: [(path: String, title: String, kind: String)] {
    (activationPaths + densePaths.suffix(1)).compactMap { path in
      guard let item = Int(path) else { return nil }
      return (path, part(item), type(of: network.items[item].layer).name)
    }
  }
}
