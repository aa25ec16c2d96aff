import ApusCore

/// The options of a generated set: the number of points, their scatter, and the seed that draws them.
package struct GeneratedOptions: Sendable, Hashable {
  /// The number of rows; nil for the set's own.
  package var rows: Int?
  /// The standard deviation of what is added to each coordinate; nil for the set's own.
  package var noise: Double?
  package var seed: UInt64

  package init(rows: Int? = nil, noise: Double? = nil, seed: UInt64 = 0) {
    self.rows = rows
    self.noise = noise
    self.seed = seed
  }

  /// - Throws: when rows or noise are asked of what isn't generated.
  func refuse(for source: String) throws(ApusError) {
    guard let asked = rows != nil ? "rows" : noise != nil ? "noise" : nil else { return }
    throw ApusError(
      "\(asked == "rows" ? "a number of rows" : "noise") is given, and the data isn't generated", at: source,
      expected: BuiltInDataset.all.filter(\.isGenerated).map(\.name).joined(separator: ", "),
      fix: "leave \(asked) out")
  }
}

/// Points in the plane that belong to classes; the same seed gives the same bits everywhere.
enum GeneratedSets {
  /// The four corners of the unit square; with rows or noise, a cloud around them.
  static func xor(_ options: GeneratedOptions) throws(ApusError) -> Table {
    let isCloud = options.rows != nil || (options.noise ?? 0) != 0
    let random = Philox(seed: options.seed, path: "data/xor")
    let noise = options.noise ?? (isCloud ? 0.1 : 0)
    return try table("xor", options, rows: 4, noise: noise, classes: 2) { row in
      // In a cloud too, the four corners come in turn.
      let corner = row % 4
      let x = Double(corner >> 1)
      let y = Double(corner & 1)
      return (
        x + noise * normal(random, row, 0), y + noise * normal(random, row, 1), (corner >> 1) ^ (corner & 1)
      )
    }
  }

  /// Two half circles that reach into one another.
  static func moons(_ options: GeneratedOptions) throws(ApusError) -> Table {
    let random = Philox(seed: options.seed, path: "data/moons")
    let noise = options.noise ?? 0.1
    return try table("moons", options, rows: 500, noise: noise, classes: 2) { row in
      let label = row % 2
      let turn = uniform(random, row) / 2
      let cosine = Mathematics.cos(2 * Double.pi * turn)
      let sine = Mathematics.sin(2 * Double.pi * turn)
      let x = label == 0 ? cosine : 1 - cosine
      let y = label == 0 ? sine : 0.5 - sine
      return (x + noise * normal(random, row, 0), y + noise * normal(random, row, 1), label)
    }
  }

  /// A circle around another one of half its radius.
  static func circles(_ options: GeneratedOptions) throws(ApusError) -> Table {
    let random = Philox(seed: options.seed, path: "data/circles")
    let noise = options.noise ?? 0.05
    return try table("circles", options, rows: 500, noise: noise, classes: 2) { row in
      let label = row % 2
      let turn = uniform(random, row)
      let radius = label == 0 ? 1.0 : 0.5
      return (
        radius * Mathematics.cos(2 * Double.pi * turn) + noise * normal(random, row, 0),
        radius * Mathematics.sin(2 * Double.pi * turn) + noise * normal(random, row, 1), label
      )
    }
  }

  /// Three Gaussian clouds.
  static func blobs(_ options: GeneratedOptions) throws(ApusError) -> Table {
    let random = Philox(seed: options.seed, path: "data/blobs")
    let noise = options.noise ?? 0.6
    return try table("blobs", options, rows: 500, noise: noise, classes: 3) { row in
      let label = row % 3
      let turn = Double(label) / 3
      return (
        2 * Mathematics.cos(2 * Double.pi * turn) + noise * normal(random, row, 0),
        2 * Mathematics.sin(2 * Double.pi * turn) + noise * normal(random, row, 1), label
      )
    }
  }

  /// Two arms of a spiral around one another, a turn and a half each.
  static func spirals(_ options: GeneratedOptions) throws(ApusError) -> Table {
    let random = Philox(seed: options.seed, path: "data/spirals")
    let noise = options.noise ?? 0.05
    return try table("spirals", options, rows: 600, noise: noise, classes: 2) { row in
      let label = row % 2
      // The square root spreads the points evenly along the arm.
      let along = uniform(random, row).squareRoot()
      let turn = 1.5 * along + 0.5 * Double(label)
      let radius = 0.1 + 1.9 * along
      return (
        radius * Mathematics.cos(2 * Double.pi * turn) + noise * normal(random, row, 0),
        radius * Mathematics.sin(2 * Double.pi * turn) + noise * normal(random, row, 1), label
      )
    }
  }

  /// A uniform number for a row; counters 4·row … 4·row + 3 belong to it.
  private static func uniform(_ random: Philox, _ row: Int) -> Double { random.uniform(UInt64(row) * 4) }

  private static func normal(_ random: Philox, _ row: Int, _ axis: UInt64) -> Double {
    random.normal(UInt64(row) * 4 + 1 + axis)
  }

  private static func table(
    _ name: String, _ options: GeneratedOptions, rows: Int, noise: Double, classes: Int,
    _ point: (Int) -> (x: Double, y: Double, label: Int)
  ) throws(ApusError) -> Table {
    let count = options.rows ?? rows
    guard (classes...10_000_000).contains(count) else {
      throw ApusError("\(count) rows cannot be made", at: name, expected: "\(classes) … 10,000,000")
    }
    guard noise.isFinite, noise >= 0 else {
      throw ApusError("the noise is \(noise)", at: name, expected: "a number from 0")
    }
    var x: [Double] = []
    var y: [Double] = []
    var labels: [Double] = []
    for row in 0..<count {
      let point = point(row)
      x.append(point.x)
      y.append(point.y)
      labels.append(Double(point.label))
    }
    return try Table(
      name: name,
      columns: [
        Table.Column("x1", numbers: x), Table.Column("x2", numbers: y),
        Table.Column("class", numbers: labels),
      ])
  }
}
