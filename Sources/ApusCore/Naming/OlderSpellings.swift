/// Names that configurations and files of earlier versions use for items and parameters that have another one now, items by
/// their kind.
///
/// They are read everywhere, and written nowhere.
package enum OlderSpellings {
  private static let table: [String: [String: String]] = [
    "activation": ["linear": "identity"],
    "layer": ["linear": "identity"],
    "loss": ["squared": "squaredError", "halfSquared": "halfSquaredError", "absolute": "absoluteError"],
    "model": ["lenet": "leNet5"],
    "optimizer": ["proximal": "proximalDescent"],
  ]

  /// Parameters' names of earlier versions, and those of now: an item that has the one of now reads the other too.
  private static let parameters = [
    "bias": "hasBias", "tiesHead": "isHeadTied", "rateInside": "isRateInside",
    "rate": "learningRate",
  ]

  /// The name of now of the spelling that is most like a wrong one; nil when none is.
  static func nearest(to wrong: String, kind: String) -> String? {
    let known = table[kind] ?? [:]
    return Spelling.nearest(to: wrong, in: known.keys.sorted(), limit: 1).first.flatMap { known[$0] }
  }

  /// The name of now of a parameter, among those that an item has; nil for a spelling that was never another's.
  package static func parameter(_ name: String, among known: [String]) -> String? {
    parameters[name].flatMap { known.contains($0) ? $0 : nil }
  }

  /// The name of now; nil for a spelling that was never another's.
  static func current(_ name: String, kind: String) -> String? {
    table[kind]?.first { simplified($0.key) == simplified(name) }?.value
  }
}
