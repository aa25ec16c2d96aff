package import ApusCore
package import ApusData

/// Points in the plane to learn from, made on demand: the same seed gives the same bits everywhere.
///
/// The plane reaches from −6 to 6, so that x² and sin x are worth having as inputs.
package struct PointSet: Sendable {
  /// The name of an uploaded table in a lesson.
  static let own = "own"
  static let halfWidth = 6.0

  package let name: String
  package let title: String
  package let task: LearningTask
  /// The possible numbers of classes; 1 for numbers.
  package let classes: ClosedRange<Int>
  /// A point before its noise, from its number and the number of classes.
  package let point:
    @Sendable (_ random: PointRandom, _ classes: Int) -> (x: Double, y: Double, target: Double)

  /// Adding one costs an entry.
  package static let table = [
    PointSet(name: "circle", title: "Circle", task: .classification, classes: 2...2) { random, _ in
      let label = random.number % 2
      let turn = random.uniform(0)
      let radius = label == 0 ? 2.5 * random.uniform(1).squareRoot() : 3.5 + 1.5 * random.uniform(1)
      return polar(radius, turn, label)
    },
    PointSet(name: "xor", title: "XOR", task: .classification, classes: 2...2) { random, _ in
      let (right, up) = (random.number % 2, random.number / 2 % 2)
      func away(_ draw: Double, _ side: Int) -> Double { (0.35 + 4.65 * draw) * (side == 1 ? 1 : -1) }
      return (away(random.uniform(0), right), away(random.uniform(1), up), Double(right ^ up))
    },
    PointSet(name: "gaussians", title: "Gaussians", task: .classification, classes: 2...5) {
      random, classes in
      let label = random.number % classes
      let (x, y, target) = polar(3, Double(label) / Double(classes) + 0.125, label)
      return (x + 0.8 * random.normal(0), y + 0.8 * random.normal(1), target)
    },
    PointSet(name: "spirals", title: "Spirals", task: .classification, classes: 2...5) { random, classes in
      let label = random.number % classes
      let along = random.uniform(0).squareRoot()
      return polar(0.3 + 4.7 * along, 1.25 * along + Double(label) / Double(classes), label)
    },
    PointSet(name: "moons", title: "Moons", task: .classification, classes: 2...2) { random, _ in
      let label = random.number % 2
      let turn = random.uniform(0) / 2
      let (x, y, _) = polar(3, turn, label)
      return label == 0 ? (x - 1.5, y - 0.75, 0) : (1.5 - x, 0.75 - y, 1)
    },
    PointSet(name: "plane", title: "Plane", task: .regression, classes: 1...1) { random, _ in
      let (x, y) = random.square()
      return (x, y, (x + y) / 10)
    },
    PointSet(name: "hills", title: "Hills", task: .regression, classes: 1...1) { random, _ in
      let (x, y) = random.square()
      let hills: [(x: Double, y: Double, height: Double)] = [
        (-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1),
      ]
      return (
        x, y,
        hills.reduce(0) { sum, hill in
          let distance = (x - hill.x) * (x - hill.x) + (y - hill.y) * (y - hill.y)
          return sum + hill.height * Mathematics.exp(-distance / 3)
        }
      )
    },
    PointSet(name: "ravine", title: "Ravine", task: .regression, classes: 1...1) { random, _ in
      // One coordinate is ten times the other: the loss of a linear unit is a long valley.
      let (x, y) = random.square()
      return (x, y / 10, x / 6 + y / 3)
    },
  ]

  /// - Throws: an error with the nearest name.
  package static func named(_ name: String) throws(ApusError) -> PointSet {
    if let set = table.first(where: { $0.name == name }) { return set }
    let known = table.map(\.name) + [LessonData.digits, own]
    throw ApusError(
      "unknown data set “\(name.prefix(60))”", at: "lesson.data.set", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: String(name.prefix(60)), in: known))
  }

  private static func polar(_ radius: Double, _ turn: Double, _ label: Int) -> (Double, Double, Double) {
    (
      radius * Mathematics.cos(2 * Double.pi * turn), radius * Mathematics.sin(2 * Double.pi * turn),
      Double(label)
    )
  }
}

/// The random numbers of one point.
package struct PointRandom {
  let philox: Philox
  /// The number of the point, counted from 0.
  let number: Int

  /// In [0, 1).
  func uniform(_ draw: UInt64) -> Double { philox.uniform(UInt64(number) * 8 + draw) }

  func normal(_ draw: UInt64) -> Double { philox.normal(UInt64(number) * 8 + 4 + draw) }

  /// Somewhere in the plane, at most 5 away from each axis.
  func square() -> (Double, Double) { (10 * uniform(0) - 5, 10 * uniform(1) - 5) }
}
