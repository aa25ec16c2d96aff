import ApusCore
import ApusData

/// A number that the network is given of a sample.
struct LessonInput: Sendable, Equatable {
  /// By which its weights are found again in another lesson.
  var name: String
  /// As people read it.
  var title: String
}

/// The samples that a lesson's network learns from, encoded and divided in the same way as by `apus train`, and the
/// plane in which they are drawn.
struct LessonSamples: Sendable {
  /// The meaning of the places of the plane.
  enum Plane: Sendable {
    /// Two numbers, of which the network is given some features.
    case points([PointFeature], FittedTable)
    /// A slice of the network's inputs.
    case slice(PlaneProjection)
  }

  let points: LessonPoints
  let inputs: [LessonInput]
  let plane: Plane
  let schema: InputSchema
  let dataset: any Dataset
  let split: Split
  /// The table that an exported run reads; nil where it reads a bundled set.
  let table: Table?
  /// The height and width of images.
  let imageSize: (height: Int, width: Int)?

  /// - Parameter table: one that was handed in.
  init(_ lesson: Lesson, table: Table?) throws {
    if lesson.data.set == LessonData.digits {
      try self.init(digits: lesson)
    } else if lesson.data.isProjected {
      guard let table, let columns = lesson.data.columns else { throw LessonData.noTable }
      try self.init(lesson, columns, of: table)
    } else {
      try self.init(points: LessonPoints(lesson.data, table: table), lesson)
    }
  }

  /// Points of the plane, of which the network is given some features.
  private init(points: LessonPoints, _ lesson: Lesson) throws {
    let features = try lesson.inputs.map { try PointFeature.named($0) }
    let task = try TableTask(points.table(features), target: points.names.target, task: points.task)
    split = try task.divided(lesson)
    let fitted = try task.fit(split.training, options: TablePreprocessing.Options(scaling: lesson.scaling))
    let preprocessing = fitted.preprocessing
    guard preprocessing.columns.count == features.count, preprocessing.featureCount == features.count else {
      for column in task.schema.columns {
        guard case .leftOut(let why) = column.role else { continue }
        throw ApusError(
          "“\(column.name.prefix(60))” is of no use as an input: \(why)", at: "lesson.inputs",
          fix: "choose another one")
      }
      throw ApusError("an input is of no use", at: "lesson.inputs", fix: "choose others")
    }
    self.points = points
    let isOwn = lesson.data.set == PointSet.own
    inputs = features.map { LessonInput(name: $0.name, title: isOwn ? points.written($0) : $0.title) }
    plane = .points(features, fitted)
    schema = .table(preprocessing)
    dataset = try fitted.apply(to: task.table).dataset
    table = task.table
    imageSize = nil
  }

  init(
    points: LessonPoints, inputs: [LessonInput], plane: Plane, schema: InputSchema, dataset: any Dataset,
    split: Split, table: Table?, imageSize: (height: Int, width: Int)? = nil
  ) {
    (self.points, self.inputs, self.plane, self.schema) = (points, inputs, plane, schema)
    (self.dataset, self.split, self.table, self.imageSize) = (dataset, split, table, imageSize)
  }

  /// The features of places in the plane, as the network takes them: `[x.count, inputs]`.
  func features(x: [Double], y: [Double]) throws -> [Float] {
    switch plane {
    case .points(let features, let fitted):
      try fitted.apply(to: points.table(features, x: x, y: y, targets: nil)).dataset.features
    case .slice(let projection): projection.features(x: x, y: y)
    }
  }
}

extension TableTask {
  /// The rows divided as the lesson says.
  func divided(_ lesson: Lesson) throws(ApusError) -> Split {
    lesson.data.validation > 0
      ? try split(Split.Options(validation: lesson.data.validation, test: 0, seed: lesson.seed)) : unsplit()
  }
}

extension LessonData {
  /// A Boolean value that indicates whether a place of the plane is not all of a sample, but where two directions of
  /// many meet.
  var isProjected: Bool { self.set == Self.digits || self.set == PointSet.own && columns?.all == true }

  static var noTable: ApusError {
    ApusError(
      "the lesson is about a table that is not here", at: "lesson.data", fix: "load the file once more")
  }
}
