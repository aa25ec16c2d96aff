package import ApusCore

/// The information about each image besides its pixels: a column for everything that may be predicted.
package struct ImageAnnotations: Sendable {
  /// A row for each training image.
  package var training: Rows
  /// A row for each image of the official test set; nil where there is none, or nothing is known of it.
  package var test: Rows?
  /// The columns that are predicted where nothing is asked for; detected when empty.
  package var usual: [String] = []
  /// The task of several of these, where that is known.
  package var task: LearningTask?
  /// A Boolean value that indicates whether the images have their classes without it, unless something else is asked for.
  package var isOptional = false

  package struct Rows: Sendable {
    package var table: Table
    /// The images of which nothing is known; their rows are of no account.
    package var unknown: Set<Int> = []

    package init(_ table: Table, unknown: Set<Int> = []) { (self.table, self.unknown) = (table, unknown) }
  }

  package init(
    training: Rows, test: Rows? = nil, usual: [String] = [], task: LearningTask? = nil,
    isOptional: Bool = false
  ) {
    (self.training, self.test, self.usual, self.task) = (training, test, usual, task)
    self.isOptional = isOptional
  }
}

/// The targets that images are mapped to, found in the table of their annotations: classes, labels or numbers, as for a
/// table's rows.
package struct ImageTargets: Sendable {
  /// The images whose targets are known.
  package private(set) var images: ImageSet
  package let columns: TargetColumns
  /// The choice of column and task, as sentences for the user.
  package private(set) var choices: [String]
  package private(set) var notes: [String] = []
  private let target: TableSchema.Target
  private var annotations: ImageAnnotations

  package var task: LearningTask { target.task }

  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``.
  /// - Throws: when a column is not there or does not suit the task, or no image has a target.
  package init(
    _ images: ImageSet, _ annotations: ImageAnnotations, target: String? = nil, labels: LabelRequest? = nil,
    task: LearningTask? = nil
  ) throws(ApusError) {
    var names = target.map { [$0] } ?? labels?.columns ?? []
    var task = task
    if names.isEmpty {
      names = annotations.usual
      task = task ?? annotations.task
    }
    let table = annotations.training.table
    let places = try names.map { (name) throws(ApusError) in
      guard let place = table.columnIndex(name) else {
        throw ApusError(
          "there is no column \"\(name)\"", at: table.name,
          fix: Spelling.fix(for: name, in: table.columns.map(\.name)))
      }
      return place
    }
    // A table's columns are found by their names, or where it has none by their numbers.
    names = places.map { table.hasHeader ? table.columns[$0].name : String($0 + 2) }
    let request = LabelRequest(columns: names.count > 1 ? names : [], separator: labels?.separator)
    let schema = try TableSchema.infer(
      Self.withPictures(table), target: names.count == 1 ? names[0] : nil,
      labels: request == LabelRequest() ? nil : request, task: task)
    guard var found = schema.target else { throw ApusError("no target is chosen", at: table.name) }
    found.indices = found.indices.map { $0 - 1 }
    if let numbers = found.labels?.numbers { found.labels?.numbers = numbers.map { $0 - 1 } }
    self.columns = TablePreprocessing.targetColumns(table, found)
    self.target = found
    // The column's number is of no account here.
    var why = found.whyColumn
    if why.hasPrefix("column ") { why = String(why.drop { $0 != "\"" }) }
    if target == nil, labels?.columns.isEmpty ?? true, !annotations.usual.isEmpty,
      why.hasSuffix(", as asked")
    {
      why = String(why.dropLast(", as asked".count))
    }
    choices = [
      why,
      found.task == .regression && names.count > 1
        ? "regression: \(names.count) numbers an image" : found.whyTask,
    ]
    (self.images, self.annotations) = (images, annotations)
    try self.keepKnown()
  }

  /// A table of annotations alone has no inputs, which are the pictures: a first column stands for them.
  static func withPictures(_ table: Table) -> Table {
    var table = table
    let pictures = (0..<table.rowCount).map { Double(($0 &* 7_919) % 104_729) + 0.5 }
    table.columns.insert(Table.Column("the picture", numbers: pictures), at: 0)
    return table
  }

  /// Leaves out the images without a target.
  private mutating func keepKnown() throws(ApusError) {
    let encoding = try encoding(nil)
    let known = try known(annotations.training, encoding)
    let missing = annotations.training.table.rowCount - known.count
    guard !known.isEmpty else {
      throw ApusError("no image has a target", at: annotations.training.table.name)
    }
    if missing > 0 {
      notes.append("\(counted(missing, "image")) without a target \(missing == 1 ? "is" : "are") left out")
      let validation = Set(images.validationRows)
      images.validationRows = known.indices.filter { validation.contains(known[$0]) }
      images.training = try images.training.selecting(known)
      annotations.training = ImageAnnotations.Rows(annotations.training.table.rows(known))
    }
    if let rows = annotations.test, let test = images.test {
      let known = try self.known(rows, encoding)
      images.test = known.isEmpty ? nil : try test.selecting(known)
      annotations.test = ImageAnnotations.Rows(rows.table.rows(known))
    }
    images = try images(fittedTo: nil)
  }

  private func known(_ rows: ImageAnnotations.Rows, _ encoding: TargetEncoding) throws(ApusError) -> [Int] {
    let read = try columns.read(rows.table, columns.numbers.map { $0 - 1 }, encoding)
    return read.isKnown.indices.filter { read.isKnown[$0] && !rows.unknown.contains($0) }
  }

  /// The images with their targets.
  ///
  /// - Parameters:
  ///   - rows: the training rows, by which numbers are scaled; numbers stay in their own unit when nil.
  ///   - known: the targets of a model that goes on with them, where they are the same.
  package func images(
    fittedTo rows: Split.TrainingRows?, knownTo known: TargetEncoding? = nil
  ) throws(ApusError) -> ImageSet {
    var encoding = try encoding(rows)
    if let known { encoding = encoding.adopting(known) }
    let places = columns.numbers.map { $0 - 1 }
    var set = images
    set.training = try images.training.with(
      columns.read(annotations.training.table, places, encoding).targets(encoding))
    if let rows = annotations.test, let test = images.test {
      set.test = try test.with(columns.read(rows.table, places, encoding).targets(encoding))
    }
    return set
  }

  private func encoding(_ rows: Split.TrainingRows?) throws(ApusError) -> TargetEncoding {
    let table = annotations.training.table
    if task != .regression {
      return try TablePreprocessing.fitTarget(
        table, target, nil, rows ?? Split.unsplit(table.rowCount).training)
    }
    guard let rows else { return TargetEncoding(.values(names: columns.names)) }
    // What is odd in the cells is said where the targets themselves are read.
    var notes: [String] = []
    let scales = columns.numbers.map { number in
      let cells = ColumnReading(table, number - 1, rows: rows.indices).numbers(&notes)
      guard let moments = Moments(cells.filter { !$0.isNaN }) else { return TargetScale() }
      return TargetScale(mean: moments.mean, deviation: moments.deviation > 0 ? moments.deviation : 1)
    }
    return TargetEncoding(.values(names: columns.names), scales: scales)
  }
}

extension TargetColumns.Rows {
  func targets(_ encoding: TargetEncoding) -> ImageDataset.Targets {
    switch encoding.kind {
    case .classes(let names): .classes(labels, names: names)
    case .labels(let names): .labels(values, names: names)
    case .values(let names): .numbers(values, names: names, scales: encoding.scales)
    }
  }
}

extension ImageSet {
  /// The images that a model is judged by: the official test set where there is one, with their targets as the model has
  /// them.
  ///
  /// - Parameters:
  ///   - columns: where a table of annotations has the model's target.
  ///   - encoding: the model's targets.
  /// - Returns: also the rows whose targets are known.
  /// - Throws: when the targets are not known, or other ones than the model's.
  package func judged(
    _ columns: TargetColumns?, _ encoding: TargetEncoding, name: String
  ) throws(ApusError) -> (images: ImageDataset, known: [Int]) {
    let chosen = test ?? training
    if let columns, let rows = test == nil ? annotations?.training : annotations?.test {
      return try chosen.with(columns, of: rows, encoding)
    }
    try chosen.requireLabels()
    guard chosen.targets.isSameKind(encoding.kind) else {
      throw ApusError(
        "the images have \(chosen.targets.words), and the model \(encoding.kind.words)", at: name,
        expected: "the targets that the model was trained on")
    }
    let all = Array(0..<chosen.count)
    guard case .classes(let classes) = encoding.kind else {
      guard chosen.targets.isAlike(encoding.kind) else {
        throw ApusError(
          "the images have \(chosen.targets.words)", at: name, expected: encoding.kind.words)
      }
      return (try chosen.scaled(encoding), all)
    }
    return (try chosen.among(classes: classes, name: name), all)
  }
}

extension ImageDataset {
  /// Numbers in their own unit as a model has them.
  fileprivate func scaled(_ encoding: TargetEncoding) throws(ApusError) -> ImageDataset {
    guard case .values(let names) = encoding.kind, !encoding.scales.isEmpty else { return self }
    let scaled = values.enumerated().map { Float(encoding.scales[$0 % names.count].scaled(Double($1))) }
    return try with(.numbers(scaled, names: names, scales: encoding.scales))
  }

  /// The images with the targets that a model was trained on, as far as they are known.
  ///
  /// - Returns: also the rows whose targets are known.
  /// - Throws: when a column is not there, or a cell is none of the model's targets.
  fileprivate func with(
    _ columns: TargetColumns, of rows: ImageAnnotations.Rows, _ encoding: TargetEncoding
  ) throws(ApusError) -> (images: ImageDataset, known: [Int]) {
    let table = rows.table
    let places = try columns.names.map { (name) throws(ApusError) in
      guard let place = table.columnIndex(name) else {
        throw ApusError(
          "there is no column \"\(name)\"", at: table.name,
          expected: "the target that the model was trained on",
          fix: Spelling.fix(for: name, in: table.columns.map(\.name)))
      }
      return place
    }
    let read = try columns.read(table, places, encoding)
    let known = read.isKnown.indices.filter { read.isKnown[$0] && !rows.unknown.contains($0) }
    return (try with(read.targets(encoding)), known)
  }
}
