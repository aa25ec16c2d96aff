public import ApusCore
import ApusTraining

extension SearchConfiguration {
  /// The hyper-parameters of a search with their ranges.
  public struct Space: Sendable, Equatable {
    /// A key's range.
    public struct Axis: Sendable, Equatable {
      /// As in `training.learningRate`.
      public let key: String
      public let range: Search.Range
    }

    public let axes: [Axis]

    /// - Parameter over: an object of ranges by key.
    /// - Throws: when a key is none of a configuration's, with the nearest one; when a range cannot be, or holds a value that
    ///   its key doesn't take.
    public init(_ over: JSONValue) throws(ApusError) {
      var axes: [Axis] = []
      for member in over.objectValue ?? [] {
        let range = try JSONCoding.decode(
          Search.Range.self, from: member.value, name: "search.over.\(member.key)")
        axes.append(Axis(key: member.key, range: range))
      }
      try self.init(axes)
    }

    /// - Throws: as for an object of ranges.
    init(_ axes: [Axis]) throws(ApusError) {
      guard !axes.isEmpty else {
        throw ApusError(
          "a search over nothing", at: "search.over",
          expected: "ranges by key, as in training.learningRate: {log: [1e-4, 1e-1]}")
      }
      for axis in axes {
        do throws(ApusError) { try axis.check() } catch { throw error.at("search.over.\(axis.key)") }
      }
      self.axes = axes
    }

    /// The object that ``init(_:)`` reads.
    public var json: JSONValue {
      .object(axes.map { JSONMember($0.key, (try? JSONCoding.encode($0.range)) ?? .null) })
    }

    /// A point whose place on each axis is drawn by itself: keyed by the seed, the trial and the axis' key, so that an
    /// axis more leaves the others' draws as they were.
    public func random(trial: Int, seed: UInt64) -> [JSONValue] {
      axes.map { axis in
        axis.range.value(at: Philox(seed: seed, path: "search \(axis.key)").uniform(UInt64(trial)))
      }
    }

    /// Every combination of the axes' grid values, the last axis changing fastest.
    public var grid: [[JSONValue]] {
      axes.reduce([[]]) { points, axis in points.flatMap { point in axis.range.grid.map { point + [$0] } } }
    }

    /// The grid's number of points, without making it; nil beyond all reason.
    public var gridCount: Int? {
      var count = 1
      for axis in axes {
        let (product, overflow) = count.multipliedReportingOverflow(by: axis.range.grid.count)
        if overflow { return nil }
        count = product
      }
      return count
    }

    /// A configuration with a point's values.
    ///
    /// - Throws: when a value is of a type that its key does not take.
    public func configuration(at point: [JSONValue], of base: RunConfiguration) throws -> RunConfiguration {
      let given = Dictionary(base.values.map { ($0.key, $0.value) }) { $1 }
      var value = JSONValue.object([])
      for (axis, choice) in zip(axes, point) {
        let path = axis.key.split(separator: ".").map(String.init)
        // A part of a setting varies: its rest is the base's.
        if path.count > 2, value[path[0]]?[path[1]] == nil,
          let whole = given[path[..<2].joined(separator: ".")]
        {
          value.set(path[..<2], to: whole)
        }
        value.set(path[...], to: choice)
      }
      return try base.overlay(RunConfiguration(value))
    }
  }
}

extension SearchConfiguration.Space.Axis {
  /// - Throws: when a value of the range is none that its key takes.
  fileprivate func check() throws(ApusError) {
    let setting = try RunConfiguration.form(of: key, at: "search.over")
    if let setting, setting.kind == .count, range.kind == .uniform || range.kind == .log {
      throw ApusError(
        "\(range.kind.rawValue) gives fractions", expected: setting.expected,
        fix: "use \(range.kind == .log ? "logInteger" : "integer")")
    }
    let values = range.kind == .choice ? range.choices : [range.value(at: 0), range.value(at: 1.0.nextDown)]
    for value in values { try RunConfiguration.check(value, for: key) }
  }
}

extension RunConfiguration {
  /// Returns the form of the value of a dotted key; nil for what is below a setting, as in
  /// `training.optimizer.adam.beta1`.
  ///
  /// - Throws: when the key is not known, with the nearest one.
  fileprivate static func form(of key: String, at place: String) throws(ApusError) -> SettingForm? {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, !parts.contains(""), allKeys.contains(parts[..<2].joined(separator: ".")) else {
      throw ApusError(
        "unknown key “\(key)”", at: place, expected: allKeys.joined(separator: ", "),
        fix: Spelling.suggestion(for: key, in: allKeys))
    }
    func form<Group: SettingGroup>(_ group: Group.Type) -> SettingForm? {
      Group.settings.first { $0.key == key }?.form
    }
    return form(DataConfiguration.self) ?? form(ModelConfiguration.self) ?? form(Recipe.self)
  }

  /// - Throws: when a key doesn't take a value.
  fileprivate static func check(_ value: JSONValue, for key: String) throws(ApusError) {
    var whole = JSONValue.object([])
    whole.set(key.split(separator: ".").map(String.init)[...], to: value)
    do throws(ApusError) {
      _ = try RunConfiguration(whole)
    } catch {
      // The place is the search's.
      throw ApusError(error.problem, expected: error.expected, fix: error.fix)
    }
  }
}

extension JSONValue {
  /// Puts a value at a path of keys. A name on the way becomes an object that it is the key of: `adam` at
  /// `optimizer.adam.beta1`.
  package mutating func set(_ path: ArraySlice<String>, to value: JSONValue) {
    guard let key = path.first else {
      self = value
      return
    }
    var members = objectValue ?? []
    if let position = members.firstIndex(where: { $0.key == key }) {
      members[position].value.set(path.dropFirst(), to: value)
    } else {
      var inner = JSONValue.object([])
      inner.set(path.dropFirst(), to: value)
      members.append(JSONMember(key, inner))
    }
    self = .object(members)
  }
}
