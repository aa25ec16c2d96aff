public import ApusCore
public import ApusData
import ApusNN

/// Everything that decides what a page of the playground trains: a value, which an address can hold.
///
/// The same lesson gives the same bits, in the page and by `apus train` with what it is exported as.
public struct Lesson: Sendable, Equatable, Codable {
  public var data = LessonData()
  /// The features of a point that are the network's inputs: names of ``PointFeature/table``.
  public var inputs = ["x1", "x2"]
  /// The form that they are scaled to.
  public var scaling = NumberScaling.Kind.standardize
  /// The hidden layers.
  public var layers = [LessonLayer(), LessonLayer(units: 2)]
  /// The initializer of the output layer's first weights.
  public var initializer: JSONValue = .string(XavierUniform.name)
  /// The usual one of the task when nil.
  public var loss: JSONValue?
  public var optimizer: JSONValue = .string(Adam.name)
  public var learningRate = 0.01
  public var schedule: JSONValue = .string(ConstantRate.name)
  public var l2 = 0.0
  public var l1 = 0.0
  /// Gradients are scaled down to this norm; nil leaves them.
  public var clipNorm: Double?
  public var batch = 10
  /// The length of the run in epochs: the number that schedules depend on, and at which training pauses.
  public var epochs = 10_000
  /// The seed of first weights, order and dropout.
  public var seed: UInt64 = 1
  /// The race of optimizers, where one asks for it.
  public var race = LessonRace()

  public init() {}
}

/// The choice of a lesson's points.
public struct LessonData: Sendable, Equatable, Codable {
  /// One of ``PointSet/table``, `digits` for the bundled ones, or `own` for a table that was handed in.
  public var set = "circle"
  public var classes = 2
  public var points = 300
  /// As a part of the plane's half width: the standard deviation of what is added to each coordinate.
  public var noise = 0.05
  /// The part that is kept back for validation.
  public var validation = 0.3
  public var seed: UInt64 = 1
  /// Points that were put in by hand.
  public var added: [LessonPoint] = []
  /// Points of the set that were taken away, by number.
  public var removed: [Int] = []
  /// The columns of an uploaded table: two columns of numbers or all, and what is predicted.
  public var columns: LessonColumns?

  public init() {}
}

public struct LessonPoint: Sendable, Equatable, Codable {
  public var x: Double
  public var y: Double
  /// The class' number, or the number to predict.
  public var target: Double

  public init(x: Double = 0, y: Double = 0, target: Double = 0) {
    (self.x, self.y, self.target) = (x, y, target)
  }
}

public struct LessonColumns: Sendable, Equatable, Codable {
  public var x: String
  public var y: String
  public var target: String
  /// A Boolean value that indicates whether the network is given every column that is of use, as the table's
  /// preprocessing encodes it, and not x and y alone; the plane is then that of the first two principal components.
  public var all: Bool

  public init(x: String = "", y: String = "", target: String = "", all: Bool = false) {
    (self.x, self.y, self.target, self.all) = (x, y, target, all)
  }
}

/// A hidden layer: dense, then batch normalization, activation and dropout.
public struct LessonLayer: Sendable, Equatable, Codable {
  public var units = 4
  public var activation: JSONValue = .string(Tanh.name)
  public var batchNorm = false
  public var dropout = 0.0
  public var initializer: JSONValue = .string(XavierUniform.name)

  public init(units: Int = 4) { self.units = units }
}

// MARK: Reading

extension Lesson {
  /// - Parameter json: what differs from ``Lesson/init()``.
  /// - Throws: when a key is not known, with the nearest one; when a value is of another type or out of its range.
  public init(json: JSONValue) throws(ApusError) {
    var whole = try Self.filled(json, Lesson(), at: "lesson")
    try whole.replace("data") { (data) throws(ApusError) in
      var filled = try Self.filled(data, LessonData(), at: "lesson.data")
      try filled.replaceEach("added", at: "lesson.data.added", LessonPoint(), most: Limits.edits)
      if filled["columns"] != nil {
        try filled.replace("columns") { (columns) throws(ApusError) in
          try Self.filled(columns, LessonColumns(), at: "lesson.data.columns")
        }
      }
      return filled
    }
    try whole.replaceEach("layers", at: "lesson.layers", LessonLayer(), most: Limits.layers)
    try whole.replace("race") { (race) throws(ApusError) in
      var filled = try Self.filled(race, LessonRace(), at: "lesson.race")
      try filled.replaceEach("racers", at: "lesson.race.racers", LessonRacer(), most: Limits.racers)
      return filled
    }
    self = try JSONCoding.decode(Lesson.self, from: whole, name: "lesson")
    try check()
  }

  public var json: JSONValue {
    // Every number of it was checked to be finite.
    get throws(ApusError) { try JSONCoding.encode(self) }
  }

  /// An object with the members that it lacks.
  fileprivate static func filled(
    _ json: JSONValue, _ defaults: some Codable, at place: String
  ) throws(ApusError) -> JSONValue {
    guard case .object(let given) = json else {
      throw ApusError("“\(json.text().prefix(40))” is no object", at: place, expected: "keys and values")
    }
    let known = Mirror(reflecting: defaults).children.compactMap(\.label)
    let members = given.map {
      JSONMember(OlderSpellings.parameter($0.key, among: known) ?? $0.key, $0.value)
    }
    for member in members where !known.contains(member.key) {
      throw ApusError(
        "unknown key “\(member.key.prefix(60))”", at: place, expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: String(member.key.prefix(60)), in: known))
    }
    let usual = try JSONCoding.encode(defaults)
    return .object(
      known.compactMap { key in
        let given = members.last { $0.key == key && $0.value != .null }?.value
        return (given ?? usual[key]).map { JSONMember(key, $0) }
      })
  }

  /// - Throws: what is out of its range, by its key.
  private func check() throws(ApusError) {
    try require(layers.count <= Limits.layers, "layers", layers.count, "at most \(Limits.layers)")
    for (number, layer) in layers.enumerated() {
      let place = "layers[\(number)]"
      try require(
        (1...Limits.units).contains(layer.units), "\(place).units", layer.units, "1 … \(Limits.units)")
      try require(
        layer.dropout >= 0 && layer.dropout <= 0.9, "\(place).dropout", layer.dropout, "0 … 0.9")
    }
    for setting in LessonSetting.table { try setting.check(self) }
    try require(scaling != .meanImage, "scaling", scaling.rawValue, "standardize, center, minMax or none")
    try require(!inputs.isEmpty && Set(inputs).count == inputs.count, "inputs", inputs, "different features")
    for racer in race.racers {
      let rate = racer.learningRate
      try require(rate >= 0 && rate <= 1000, "race.racers.learningRate", rate, "0 … 1000")
    }
    try require(
      race.goal.map { $0 > 0 && $0 <= 1e9 } ?? true, "race.goal", race.goal ?? 0, "above 0, at most 1e9")
    for name in inputs { _ = try PointFeature.named(name) }
    try data.check()
  }

}

private func require(_ holds: Bool, _ key: String, _ value: some Any, _ expected: String) throws(ApusError) {
  guard !holds else { return }
  throw ApusError("\(key) is \("\(value)".prefix(80))", at: "lesson", expected: expected)
}

extension LessonData {
  fileprivate func check() throws(ApusError) {
    try require((4...Limits.points).contains(points), "data.points", points, "4 … \(Limits.points)")
    try require(noise >= 0 && noise <= 1, "data.noise", noise, "0 … 1")
    try require(validation >= 0 && validation <= 0.9, "data.validation", validation, "0 … 0.9")
    try require(removed.count <= Limits.edits, "data.removed", removed.count, "at most \(Limits.edits)")
    for point in added {
      try require(
        abs(point.x) <= 1e9 && abs(point.y) <= 1e9 && abs(point.target) <= 1e9, "data.added",
        "(\(point.x), \(point.y))", "numbers up to 1e9")
    }
    if isProjected {
      try require(
        added.isEmpty, "data.added", added.count, "none where a point of the plane is not all of a sample")
    }
    if self.set == Self.digits {
      try require(removed.isEmpty, "data.removed", removed.count, "none: an exported run has all digits")
    }
    guard ![PointSet.own, Self.digits].contains(self.set) else { return }
    let set = try PointSet.named(set)
    let range = set.classes
    try require(
      range.contains(classes), "data.classes", classes,
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) … \(range.upperBound)")
  }
}

extension JSONValue {
  /// Puts another value in a member's place.
  fileprivate mutating func replace(
    _ key: String, _ change: (JSONValue) throws(ApusError) -> JSONValue
  ) throws(ApusError) {
    guard case .object(var members) = self, let place = members.firstIndex(where: { $0.key == key }) else {
      return
    }
    members[place].value = try change(members[place].value)
    self = .object(members)
  }

  /// Fills in what the elements of a list lack.
  fileprivate mutating func replaceEach(
    _ key: String, at place: String, _ usual: some Codable, most: Int
  ) throws(ApusError) {
    try replace(key) { (list) throws(ApusError) in
      guard case .array(let items) = list else { throw ApusError("no list", at: place, expected: "a list") }
      guard items.count <= most else {
        throw ApusError("\(items.count) of them", at: place, expected: "at most \(most)")
      }
      var filled: [JSONValue] = []
      for item in items { filled.append(try Lesson.filled(item, usual, at: place)) }
      return .array(filled)
    }
  }
}
