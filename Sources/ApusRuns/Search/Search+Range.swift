public import ApusCore

extension Search {
  /// The range that a hyper-parameter is chosen from.
  ///
  /// In a configuration: a list of values, or `{choice: […]}`, `{uniform: [a, b]}`, `{log: [a, b]}`, `{integer: [a, b]}`,
  /// `{logInteger: [a, b]}`; with `steps: n` a grid takes n values of a range, else 3.
  public struct Range: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, CaseIterable {
      case choice, uniform, log, integer, logInteger
    }

    public let kind: Kind
    /// The values of a choice.
    public let choices: [JSONValue]
    /// The ends of a range.
    public let lower, upper: Double
    /// The number of values that a grid takes of a range.
    public let steps: Int

    /// A Boolean value that indicates whether equal factors rather than equal differences are equally likely.
    public var isLogarithmic: Bool { kind == .log || kind == .logInteger }

    /// - Throws: for a range that is empty, or not of positive numbers where it is logarithmic.
    public init(_ kind: Kind, _ lower: Double, _ upper: Double, steps: Int = 3) throws(ApusError) {
      guard lower.isFinite, upper.isFinite, lower < upper else {
        throw ApusError("a range from \(shortText(lower)) to \(shortText(upper))", expected: "[low, high]")
      }
      guard lower > 0 || (kind != .log && kind != .logInteger) else {
        throw ApusError(
          "a logarithmic range from \(shortText(lower))", expected: "more than 0", fix: "use uniform for it")
      }
      guard (2...1000).contains(steps) else {
        throw ApusError("a grid of \(steps) steps", expected: "from 2 to 1000")
      }
      self.kind = kind
      (choices, self.lower, self.upper, self.steps) = ([], lower, upper, steps)
    }

    /// - Throws: for no values.
    public init(choice: [JSONValue]) throws(ApusError) {
      guard !choice.isEmpty else { throw ApusError("a choice of nothing", expected: "a list of values") }
      (kind, choices, lower, upper, steps) = (.choice, choice, 0, 0, choice.count)
    }

    /// The value at a place in 0 ..< 1: uniform places give the range's distribution. Numbers have four digits.
    public func value(at place: Double) -> JSONValue {
      switch kind {
      case .choice: choices[min(Int(place * Double(choices.count)), choices.count - 1)]
      case .uniform: .double(fourDigits(lower + place * (upper - lower)))
      case .log: .double(fourDigits(logarithmic(place)))
      // Each whole number has the same part of 0 ..< 1.
      case .integer: .integer(Int((lower + place * (upper - lower + 1)).rounded(.down)))
      case .logInteger: .integer(Int(logarithmic(place).rounded()))
      }
    }

    /// The values of a grid: evenly spaced, the ends among them.
    public var grid: [JSONValue] {
      guard kind != .choice else { return choices }
      var values: [JSONValue] = []
      for step in 0..<steps {
        let place = Double(step) / Double(steps - 1)
        let value: JSONValue =
          kind == .integer
          ? .integer(Int((lower + place * (upper - lower)).rounded())) : self.value(at: place)
        if values.last != value { values.append(value) }
      }
      return values
    }

    private func logarithmic(_ place: Double) -> Double {
      let (low, high) = (Mathematics.log(lower), Mathematics.log(upper))
      return max(lower, min(upper, Mathematics.exp(low + place * (high - low))))
    }

    private func fourDigits(_ value: Double) -> Double {
      guard value != 0 else { return 0 }
      var (scale, magnitude) = (1.0, abs(value))
      while magnitude < 1000 { (magnitude, scale) = (magnitude * 10, scale * 10) }
      while magnitude >= 10_000 { (magnitude, scale) = (magnitude / 10, scale / 10) }
      return (value * scale).rounded() / scale
    }

    public init(from decoder: any Decoder) throws {
      let given = try decoder.singleValueContainer().decode(JSONValue.self)
      let known = Kind.allCases.map(\.rawValue)
      switch given {
      case .array(let values):
        try self.init(choice: values)
      case .object(let members):
        guard let member = members.first(where: { $0.key != "steps" }), members.count <= 2 else {
          throw ApusError("a range without bounds", expected: known.joined(separator: ", "))
        }
        guard let kind = Kind(rawValue: member.key) else {
          throw ApusError(
            "unknown kind of range “\(member.key)”", expected: known.joined(separator: ", "),
            fix: Spelling.suggestion(for: member.key, in: known + ["steps"]))
        }
        let values = member.value.arrayValue ?? []
        if kind == .choice {
          try self.init(choice: values)
        } else {
          let bounds = values.compactMap(\.doubleValue)
          guard bounds.count == 2, values.count == 2 else {
            throw ApusError("\(kind.rawValue) of \(member.value.text())", expected: "[low, high]")
          }
          let isWhole = kind == .integer || kind == .logInteger
          guard !isWhole || bounds.allSatisfy({ abs($0) < 1e15 && $0 == $0.rounded() }) else {
            throw ApusError("\(kind.rawValue) of \(member.value.text())", expected: "whole numbers")
          }
          try self.init(kind, bounds[0], bounds[1], steps: given["steps"]?.intValue ?? 3)
        }
      default:
        throw ApusError(
          "a range is a list of values, or its kind with bounds", expected: known.joined(separator: ", "))
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      guard kind != .choice else {
        try container.encode(JSONValue.array(choices))
        return
      }
      var members = [JSONMember(kind.rawValue, .array([.double(lower), .double(upper)]))]
      if steps != 3 { members.append(JSONMember("steps", .integer(steps))) }
      try container.encode(JSONValue.object(members))
    }
  }
}
