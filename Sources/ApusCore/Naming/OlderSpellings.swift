/// Names that configurations and files of earlier versions use for items that have another one now, by the kind of item.
///
/// They are read everywhere, and written nowhere.
enum OlderSpellings {
  private static let table: [String: [String: String]] = [
    "activation": ["linear": "identity"],
    "layer": ["linear": "identity"],
    "loss": ["squared": "squaredError", "halfSquared": "halfSquaredError", "absolute": "absoluteError"],
    "model": ["lenet": "leNet5"],
    "optimizer": ["proximal": "proximalDescent"],
  ]

  /// The name of now of the spelling that is most like a wrong one; nil when none is.
  static func nearest(to wrong: String, kind: String) -> String? {
    let known = table[kind] ?? [:]
    return Spelling.nearest(to: wrong, in: known.keys.sorted(), limit: 1).first.flatMap { known[$0] }
  }

  /// The name of now; nil for a spelling that was never another's.
  static func current(_ name: String, kind: String) -> String? {
    table[kind]?.first { simplified($0.key) == simplified(name) }?.value
  }
}
