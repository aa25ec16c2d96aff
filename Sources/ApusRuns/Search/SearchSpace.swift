public import ApusCore

/// The hyper-parameters of a search with their ranges.
public struct SearchSpace: Sendable, Equatable {
  /// A key's range.
  public struct Axis: Sendable, Equatable {
    /// As in `training.learningRate`.
    public let key: String
    public let range: SearchRange
  }

  /// A value for each axis.
  public typealias Point = [JSONValue]

  public let axes: [Axis]

  /// - Parameter over: an object of ranges by key.
  /// - Throws: when a key is none of a configuration's, with the nearest one, or a range cannot be.
  public init(_ over: JSONValue) throws(ApusError) {
    guard let members = over.objectValue, !members.isEmpty else {
      throw ApusError(
        "a search over nothing", at: "search.over",
        expected: "ranges by key, as in training.learningRate: {log: [1e-4, 1e-1]}")
    }
    var axes: [Axis] = []
    for member in members {
      try RunConfiguration.checkKey(member.key, at: "search.over")
      let range = try JSONCoding.decode(
        SearchRange.self, from: member.value, name: "search.over.\(member.key)")
      axes.append(Axis(key: member.key, range: range))
    }
    self.axes = axes
  }

  /// A point whose place on each axis is drawn by itself: keyed by the seed, the trial and the axis' key, so that an
  /// axis more leaves the others' draws as they were.
  public func random(trial: Int, seed: UInt64) -> Point {
    axes.map { axis in
      axis.range.value(at: Philox(seed: seed, path: "search \(axis.key)").uniform(UInt64(trial)))
    }
  }

  /// Every combination of the axes' grid values, the last axis changing fastest.
  public var grid: [Point] {
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
  public func configuration(at point: Point, of base: RunConfiguration) throws -> RunConfiguration {
    var value = try JSONCoding.encode(base)
    for (axis, choice) in zip(axes, point) {
      value.set(axis.key.split(separator: ".").map(String.init)[...], to: choice)
    }
    return try RunConfiguration(value, name: "search")
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
