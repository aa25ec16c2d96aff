import ApusCore

/// The parameters at and below a path: a rate of their own, penalties of their own, or no training at all.
///
/// In a configuration: `groups: [{path: "0", frozen: true}, {path: "4", rate: 0.1, l2: 0}]`.
public struct ParameterGroup: Sendable, Hashable, Codable {
  /// A layer's or a parameter's path, as in `"2"` or `"2.bias"`.
  public var path: String
  /// Times the learning rate; 0 leaves the parameters as they are.
  public var rateFactor: Double
  /// λ₂ instead of the model's; nil leaves it.
  public var l2: Double?
  /// λ₁ instead of the model's; nil leaves it.
  public var l1: Double?

  public init(_ path: String, rateFactor: Double = 1, l2: Double? = nil, l1: Double? = nil) {
    self.path = path
    self.rateFactor = rateFactor
    self.l2 = l2
    self.l1 = l1
  }

  /// Parameters that stay as they are.
  public static func frozen(_ path: String) -> ParameterGroup { ParameterGroup(path, rateFactor: 0) }

  func check() throws(ApusError) {
    for (key, value) in [("rate", rateFactor), ("l2", l2 ?? 0), ("l1", l1 ?? 0)]
    where !(value >= 0 && value.isFinite) {
      throw ApusError("\(key) is \(value) for “\(path)”", at: "training.groups", expected: "0 or more")
    }
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case path, rate, l2, l1, frozen
  }

  public init(from decoder: any Decoder) throws {
    let known = CodingKeys.allCases.map(\.rawValue)
    if case .object(let members) = try decoder.singleValueContainer().decode(JSONValue.self),
      let unknown = members.first(where: { !known.contains($0.key) })
    {
      throw ApusError(
        "a group of parameters has no “\(unknown.key)”", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: unknown.key, in: known))
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    path = try values.decode(String.self, forKey: .path)
    let isFrozen = try values.decodeIfPresent(Bool.self, forKey: .frozen) ?? false
    rateFactor = isFrozen ? 0 : try values.decodeIfPresent(Double.self, forKey: .rate) ?? 1
    l2 = try values.decodeIfPresent(Double.self, forKey: .l2)
    l1 = try values.decodeIfPresent(Double.self, forKey: .l1)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(path, forKey: .path)
    if rateFactor == 0 {
      try values.encode(true, forKey: .frozen)
    } else if rateFactor != 1 {
      try values.encode(rateFactor, forKey: .rate)
    }
    try values.encodeIfPresent(l2, forKey: .l2)
    try values.encodeIfPresent(l1, forKey: .l1)
  }
}
