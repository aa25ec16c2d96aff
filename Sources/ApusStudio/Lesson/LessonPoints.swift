package import ApusCore
package import ApusData

/// A lesson's points, from a set or from a table.
package struct LessonPoints: Sendable {
  package var x: [Double]
  package var y: [Double]
  /// The class' number, or the number to predict.
  package var targets: [Double]
  /// Rows of a table that lack one of the cells that are needed.
  package var leftOut = 0
  /// Empty for numbers.
  package var classNames: [String]
  package var task: LearningTask
  /// The names of the two axes and the target.
  var names: (x: String, y: String, target: String)
  /// The part of the plane that is shown.
  var xRange: ClosedRange<Double>
  var yRange: ClosedRange<Double>

  package var count: Int { x.count }

  /// Points that have their places already.
  init(
    x: [Double], y: [Double], targets: [Double], classNames: [String], task: LearningTask,
    names: (x: String, y: String, target: String)
  ) {
    (self.x, self.y, self.targets, self.classNames, self.task) = (x, y, targets, classNames, task)
    self.names = names
    (xRange, yRange) = (Self.range(x), Self.range(y))
  }

  package init(_ data: LessonData, table: Table?) throws(ApusError) {
    if data.set == PointSet.own {
      guard let table, let columns = data.columns else {
        throw LessonData.noTable
      }
      try self.init(table, columns)
    } else {
      try self.init(data)
    }
    let removed = Set(data.removed)
    let kept = (0..<count).filter { !removed.contains($0) }
    if kept.count < count {
      (x, y, targets) = (kept.map { x[$0] }, kept.map { y[$0] }, kept.map { targets[$0] })
    }
    for point in data.added {
      if task == .classification {
        guard let label = Int(exactly: point.target), classNames.indices.contains(label) else {
          throw ApusError(
            "a point of class \(point.target)", at: "lesson.data.added",
            expected: "0 … \(classNames.count - 1)")
        }
      }
      x.append(point.x)
      y.append(point.y)
      targets.append(point.target)
    }
    guard count <= Limits.points else {
      throw ApusError("\(count) points", at: "lesson.data", expected: "at most \(Limits.points)")
    }
    // The network would have no output for it, and the others' would be taken for one another.
    let used = Set(targets)
    if let empty = classNames.indices.first(where: { !used.contains(Double($0)) }) {
      throw ApusError(
        "there is no point of class \(classNames[empty])", at: "lesson.data",
        expected: "one of each at least",
        fix: "take more points or fewer classes")
    }
  }

  private init(_ data: LessonData) throws(ApusError) {
    let set = try PointSet.named(data.set)
    let random = Philox(seed: data.seed, path: "playground/\(set.name)")
    let noise = Philox(seed: data.seed, path: "playground/\(set.name)/noise")
    (x, y, targets) = ([], [], [])
    for number in 0..<data.points {
      let point = set.point(PointRandom(philox: random, number: number), data.classes)
      let shift = PointRandom(philox: noise, number: number)
      let scale = data.noise * PointSet.halfWidth
      x.append(point.x + scale * shift.normal(0))
      y.append(point.y + scale * shift.normal(1))
      targets.append(point.target)
    }
    task = set.task
    classNames =
      task == .classification ? (0..<data.classes).map { String(UnicodeScalar(UInt8(65 + $0))) } : []
    names = ("x1", "x2", task == .classification ? "class" : "y")
    (xRange, yRange) = (-PointSet.halfWidth...PointSet.halfWidth, -PointSet.halfWidth...PointSet.halfWidth)
  }

  /// The rows that have all three.
  private init(_ table: Table, _ columns: LessonColumns) throws(ApusError) {
    func numbers(_ name: String) throws(ApusError) -> [Double] {
      guard let index = table.columnIndex(name), case .numbers(let numbers) = table.columns[index].cells
      else {
        throw ApusError(
          "“\(name.prefix(60))” is no column of numbers", at: table.name,
          expected: table.columns.filter { $0.isNumeric }.prefix(12).map(\.name).joined(separator: ", "))
      }
      return Array(numbers)
    }
    guard columns.x != columns.y else {
      throw ApusError("the same column twice", at: "lesson.data.columns", expected: "two columns")
    }
    let (first, second) = (try numbers(columns.x), try numbers(columns.y))
    guard let index = table.columnIndex(columns.target) else {
      throw ApusError("there is no column “\(columns.target.prefix(60))”", at: table.name)
    }
    let schema = try TableSchema.infer(table, target: table.columns[index].name)
    task = schema.target?.task == .regression ? .regression : .classification
    var rows = (0..<table.rowCount).filter { first[$0].isFinite && second[$0].isFinite }
    if task == .regression {
      let values = try numbers(columns.target)
      rows = rows.filter { values[$0].isFinite }
      targets = rows.map { values[$0] }
      classNames = []
    } else {
      guard case .texts(let codes, let texts) = table.columns[index].asTexts().cells else {
        throw ApusError("no classes", at: table.name)
      }
      rows = rows.filter { codes[$0] >= 0 }
      let used = Set(rows.map { Int(codes[$0]) })
      guard used.count <= Limits.classes else {
        throw ApusError(
          "\(used.count) classes in “\(columns.target.prefix(60))”", at: table.name,
          expected: "at most \(Limits.classes)")
      }
      // In the order of the network's outputs.
      let order = sortedNames(used.map { texts[$0] })
      let numbers = Dictionary(
        order.enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { first, _ in first })
      classNames = order
      targets = rows.map { numbers[texts[Int(codes[$0])]] ?? 0 }
    }
    guard rows.count >= 4 else {
      throw ApusError("\(rows.count) rows with all three values", at: table.name, expected: "at least 4")
    }
    leftOut = table.rowCount - rows.count
    (x, y) = (rows.map { first[$0] }, rows.map { second[$0] })
    names = (columns.x, columns.y, columns.target)
    (xRange, yRange) = (Self.range(x), Self.range(y))
  }

  /// A little wider than the points.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    let (least, most) = (values.min() ?? -1, values.max() ?? 1)
    let pad = most > least ? (most - least) * 0.08 : 1
    return (least - pad)...(most + pad)
  }

  /// The features of some points, and what is to be predicted: what `apus train` reads.
  func table(_ inputs: [PointFeature], x: [Double], y: [Double], targets: [Double]?) throws(ApusError)
    -> Table
  {
    var columns: [Table.Column] = []
    for input in inputs {
      columns.append(Table.Column(title(input), numbers: zip(x, y).map { input.value($0, $1) }))
    }
    if let targets {
      columns.append(
        task == .classification
          ? Table.Column(names.target, texts: targets.map { classNames[Int($0)] })
          : Table.Column(names.target, numbers: targets))
    }
    return try Table(name: "the points", columns: columns)
  }

  /// A feature's name as a column: of a table that was handed in, the table's.
  func title(_ input: PointFeature) -> String {
    switch input.name {
    case "x1": names.x
    case "x2": names.y
    default: input.name
    }
  }

  /// A feature as people read it, with the names of a table's columns: `month²`, `year · month`, `sin year`.
  func written(_ input: PointFeature) -> String {
    var result = ""
    var rest = input.title[...]
    while !rest.isEmpty {
      let column = rest.hasPrefix("x₁") ? names.x : rest.hasPrefix("x₂") ? names.y : nil
      if column != nil, rest.startIndex > input.title.startIndex, result.last != " " { result += " · " }
      result += column ?? String(rest.prefix(1))
      rest = rest.dropFirst(column == nil ? 1 : 2)
    }
    return result
  }

  /// All points as a table.
  func table(_ inputs: [PointFeature]) throws(ApusError) -> Table {
    try table(inputs, x: x, y: y, targets: targets)
  }
}

extension Table.Column {
  var isNumeric: Bool { if case .numbers = cells { true } else { false } }
}
