import ApusCore
import ApusData

extension LessonSamples {
  /// The format in which an exported table is written, and read again.
  static let format = TableFormat(hasHeader: true, delimiter: ",", numberStyle: .plain)

  /// Every column of a table that is of use, as its preprocessing encodes it; drawn on the plane of the training rows'
  /// first two principal components.
  init(_ lesson: Lesson, _ columns: LessonColumns, of table: Table) throws {
    guard let index = table.columnIndex(columns.target) else {
      throw ApusError("there is no column “\(columns.target.prefix(60))”", at: table.name)
    }
    let target = table.columns[index].name
    let removed = Set(lesson.data.removed)
    let filled = table.columns[index].filledRows
    let rows = filled.enumerated().filter { !removed.contains($0.offset) }
      .map(\.element)
    guard rows.count >= 4 else {
      throw ApusError(
        "\(rows.count) rows with a “\(target.prefix(60))”", at: table.name, expected: "at least 4")
    }
    guard rows.count <= Limits.points else {
      throw ApusError("\(rows.count) rows", at: table.name, expected: "at most \(Limits.points)")
    }
    // Read from what is exported, so that a run of it finds the same columns and the same bits.
    let kept = try Table.parse(table.rows(rows).csv.utf8, name: table.name, format: Self.format)
    let inferred = try TableSchema.infer(kept, target: target).target?.task
    let kind: LearningTask = inferred == .regression ? .regression : .classification
    let task = try TableTask(kept, target: target, task: kind)
    guard task.classNames.count <= Limits.classes else {
      throw ApusError(
        "\(task.classNames.count) classes in “\(target.prefix(60))”", at: table.name,
        expected: "at most \(Limits.classes)")
    }
    let split = try task.divided(lesson)
    let fitted = try task.fit(split.training, options: TablePreprocessing.Options(scaling: lesson.scaling))
    let names = fitted.preprocessing.featureNames
    guard names.count <= Limits.features else {
      throw ApusError(
        "the columns come to \(names.count) inputs", at: table.name, expected: "at most \(Limits.features)",
        fix: "choose two columns, or train on the whole file with apus train")
    }
    let encoded = try fitted.apply(to: kept)
    let features = encoded.dataset.features
    let projection = try PlaneProjection(
      split.training.indices.flatMap { features[($0 * names.count)..<(($0 + 1) * names.count)] },
      names: names)
    let (x, y) = projection.coordinates(features)
    var points = LessonPoints(
      x: x, y: y,
      targets: kind == .regression ? encoded.targetValues : encoded.dataset.labels.map { Double($0) },
      classNames: task.classNames, task: kind,
      names: ("component 1", "component 2", target))
    points.leftOut = table.rowCount - filled.count
    self.init(
      points: points, inputs: names.map { LessonInput(name: "column \($0)", title: $0) },
      plane: .slice(projection), schema: .table(fitted.preprocessing), dataset: encoded.dataset, split: split,
      table: kept)
  }
}

extension Table.Column {
  /// The rows whose cell is not missing.
  fileprivate var filledRows: [Int] {
    switch cells {
    case .numbers(let numbers): numbers.indices.filter { !numbers[$0].isNaN }
    case .texts(let codes, _): codes.indices.filter { codes[$0] >= 0 }
    }
  }
}
