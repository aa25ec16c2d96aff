/// Names that configurations and files of earlier versions use for items that have another one now, by the kind of item.
///
/// They are read everywhere, and written nowhere.
enum OlderSpellings {
  private static let table: [String: [String: String]] = [
    "activation": ["linear": "identity"],
    "layer": ["linear": "identity"],
    "loss": ["squared": "squaredError", "halfSquared": "halfSquaredError", "absolute": "absoluteError"],
    "optimizer": ["proximal": "proximalDescent"],
  ]

  /// The name of now; nil for a spelling that was never another's.
  static func current(_ name: String, kind: String) -> String? {
    table[kind]?.first { simplified($0.key) == simplified(name) }?.value
  }
}
