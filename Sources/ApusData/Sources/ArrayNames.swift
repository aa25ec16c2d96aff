import ApusCore

/// The arrays of an `.npz` file that are samples and targets, found by the names that people give them, or else by
/// their shapes.
struct ArrayNames {
  /// The members' places; nil where there is none.
  private(set) var samples: Int?
  private(set) var targets: Int?
  private(set) var validationSamples: Int?
  private(set) var validationTargets: Int?
  private(set) var testSamples: Int?
  private(set) var testTargets: Int?

  private static let sampleWords = [
    "x", "images", "image", "data", "samples", "features", "inputs", "input", "imgs", "pixels", "xs",
  ]
  private static let targetWords = [
    "y", "labels", "label", "targets", "target", "classes", "class", "outputs", "output", "ys",
  ]
  /// Beside labels they are those of the classes.
  private static let nameWords = ["names"]
  private static let parts = [
    ["train", "training", ""], ["val", "valid", "validation", "dev"], ["test", "testing"],
  ]

  /// - Parameters:
  ///   - names: of the members, without `.npy`.
  ///   - shapes: theirs.
  /// - Throws: when two members have the same role.
  init(_ names: [String], _ shapes: [[Int]], _ path: String) throws(ApusError) {
    let plain = names.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
    func find(_ words: [String], _ part: [String]) throws(ApusError) -> Int? {
      let wanted = Set(words.flatMap { word in part.flatMap { [word + $0, $0 + word] } })
      let found = plain.indices.filter { wanted.contains(plain[$0]) }
      guard found.count <= 1 else {
        throw ApusError(
          "holds \(found.map { "\"\(names[$0]).npy\"" }.joined(separator: " and "))", at: path,
          expected: "one of them")
      }
      return found.first
    }
    func findTargets(_ part: [String]) throws(ApusError) -> Int? {
      if let found = try find(Self.targetWords, part) { return found }
      return try find(Self.nameWords, part)
    }
    samples = try find(Self.sampleWords, Self.parts[0])
    targets = try findTargets(Self.parts[0])
    validationSamples = try find(Self.sampleWords, Self.parts[1])
    validationTargets = try findTargets(Self.parts[1])
    testSamples = try find(Self.sampleWords, Self.parts[2])
    testTargets = try findTargets(Self.parts[2])
    if samples == nil { takeByOrder(plain, shapes) }
    if samples == nil { takeByShape(shapes) }
  }

  /// `arr_0`, `arr_1`, … of arrays that were saved without names: samples and targets in turn, or all samples first.
  private mutating func takeByOrder(_ names: [String], _ shapes: [[Int]]) {
    let places = names.indices.filter { names[$0].hasPrefix("arr") && Int(names[$0].dropFirst(3)) != nil }
      .sorted { (Int(names[$0].dropFirst(3)) ?? 0) < (Int(names[$1].dropFirst(3)) ?? 0) }
    guard let first = places.first else { return }
    samples = first
    guard places.count > 1 else { return }
    guard places.count >= 4 else {
      targets = places[1]
      if places.count == 3 { testSamples = places[2] }
      return
    }
    let areSamplesFirst = shapes[places[1]].count == shapes[first].count && shapes[first].count > 1
    (testSamples, targets) = areSamplesFirst ? (places[1], places[2]) : (places[2], places[1])
    testTargets = places[3]
  }

  /// The only array of images, and the only list of as many targets.
  private mutating func takeByShape(_ shapes: [[Int]]) {
    let images = shapes.indices.filter { shapes[$0].count >= 3 }
    guard images.count == 1 else { return }
    samples = images[0]
    let others = shapes.indices.filter { $0 != images[0] && shapes[$0].first == shapes[images[0]][0] }
    if targets == nil, others.count == 1 { targets = others[0] }
  }
}
