import ApusCore

/// Data in NumPy's files: `.npy`, a table of numbers or images, and `.npz`, samples with their targets.
///
/// Samples of two or three axes besides the rows are images; rows of numbers are a table with the columns `x1`, `x2`, … and
/// `y`, or `y1`, `y2`, …. ``ArrayNames`` says which arrays are what.
struct ArrayFile {
  let content: DataSource.Content
  /// The columns of a table that are targets, where there are several.
  private(set) var targets: [String] = []
  /// The task of these, where that is known: one array's numbers are all of a kind.
  private(set) var task: LearningTask?
  /// Detected properties of the file, as sentences for the user.
  let notes: [String]

  /// - Returns: nil for a file that is neither.
  static func open(_ file: FileBytes) throws(ApusError) -> ArrayFile? {
    let path = file.name
    if file.withBytes({ NumPyArray.isArray($0) }) {
      let array = try NumPyArray(file.withBytes { Array($0) }, name: path)
      guard array.shape.count < 3 else {
        let samples = try ArrayImages(array, path)
        return ArrayFile(
          content: .images(ImageSet(training: try samples.dataset(.unknown(noLabels(path))))),
          notes: samples.notes)
      }
      return ArrayFile(content: .table(try table(array, targets: nil, path)), notes: [])
    }
    guard file.withBytes({ ZipArchive.isZip($0) }) else { return nil }
    let archive = try ZipArchive(file, name: path)
    let members = archive.members.filter { $0.name.lowercased().hasSuffix(".npy") }
    guard !members.isEmpty else { return nil }
    func array(_ place: Int) throws(ApusError) -> NumPyArray {
      try NumPyArray(archive.bytes(of: members[place]), name: "\(path), \(members[place].name)")
    }
    let names = members.map { String($0.name.dropLast(4)) }
    var roles = try ArrayNames(names, names.map { _ in [] }, path)
    if roles.samples == nil || names.contains(where: { $0.lowercased().hasPrefix("arr_") }) {
      // Only then does it take all of them.
      var shapes: [[Int]] = []
      for place in members.indices { shapes.append((try? array(place))?.shape ?? []) }
      roles = try ArrayNames(names, shapes, path)
    }
    guard let samples = roles.samples else {
      throw ApusError(
        "holds " + archive.members.prefix(8).map { "“\($0.name)”" }.joined(separator: ", "), at: path,
        expected: "samples as x, x_train, images or data, and their targets as y, y_train, labels or target",
        fix: "save them with numpy.savez(path, x=…, y=…)")
    }
    let x = try array(samples)
    guard x.shape.count > 2 else {
      let table = try table(x, roles, path, array)
      let targets = table.columns.dropFirst(x.shape.count == 2 ? x.shape[1] : 0).map(\.name)
      return ArrayFile(
        content: .table(table), targets: targets.count > 1 ? targets : [],
        task: Self.task(table.columns.suffix(targets.count)), notes: [])
    }
    return try images(x, roles, path, array)
  }

  /// Several columns of one array are numbers unless all of them are 0 and 1.
  private static func task(_ columns: ArraySlice<Table.Column>) -> LearningTask? {
    guard columns.count > 1 else { return nil }
    let areMarks = columns.allSatisfy { column in
      guard case .numbers(let numbers) = column.cells else { return true }
      return numbers.allSatisfy { $0.isNaN || $0 == 0 || $0 == 1 }
    }
    return areMarks ? nil : .regression
  }

  private static func noLabels(_ path: String) -> ApusError {
    ApusError("holds images without labels", at: path, expected: "their classes as y, in an .npz file")
  }

  // MARK: Tables

  private static func table(
    _ x: NumPyArray, _ roles: ArrayNames, _ path: String, _ array: (Int) throws(ApusError) -> NumPyArray
  ) throws(ApusError) -> Table {
    var y: NumPyArray?
    var problem: ApusError?
    do throws(ApusError) { y = try roles.targets.map(array) } catch { problem = error }
    var table = try table(x, targets: y, path, isNamed: true)
    if let problem {
      // Predictions do without.
      table.columns.append(Table.Column("y", numbers: Array(repeating: .nan, count: table.rowCount)))
      table.notes.append("the targets cannot be read: \(problem.problem)")
    }
    if roles.testSamples != nil {
      table.notes.append("x_test is left out: save it with y_test as a file of its own for --test-data")
    }
    if roles.validationSamples != nil {
      table.notes.append("x_val is left out: join it to x_train, or save it as a file of its own")
    }
    return table
  }

  private static func table(
    _ x: NumPyArray, targets y: NumPyArray?, _ path: String, isNamed: Bool = false
  ) throws(ApusError) -> Table {
    guard x.shape.count == 2, x.shape[0] > 0, x.shape[1] > 0, x.texts == nil else {
      throw ApusError(
        x.texts == nil ? "holds an array of shape \(x.shape)" : "holds texts of the type “\(x.type)”",
        at: path,
        expected: y == nil && x.shape.count > 2
          ? "rows of numbers; for images a .npz file with their labels too" : "[rows, columns] of numbers")
    }
    guard x.shape[1] <= 100_000 else {
      throw ApusError("holds \(x.shape[1]) columns", at: path, expected: "at most 100000")
    }
    let (rows, width) = (x.shape[0], x.shape[1])
    let values = x.doubles
    var columns = (0..<width).map { column in
      Table.Column(
        isNamed ? "x\(column + 1)" : "\(column + 1)", numbers: (0..<rows).map { values[$0 * width + column] }
      )
    }
    if let y {
      guard y.count > 0, y.count % rows == 0,
        y.shape[0] == rows || y.shape.allSatisfy({ $0 == 1 || $0 == rows })
      else {
        throw ApusError(
          "holds targets of shape \(y.shape) for \(rows) rows", at: path, expected: "one for each row")
      }
      if let texts = y.texts, y.count == rows {
        columns.append(Table.Column("y", texts: texts))
      } else if y.count == rows {
        columns.append(Table.Column("y", numbers: y.doubles))
      } else {
        columns += try ArrayTargets(y, of: rows, path).columns
      }
    }
    return try Table(name: path, columns: columns, hasHeader: isNamed)
  }

  // MARK: Images

  private static func images(
    _ x: NumPyArray, _ roles: ArrayNames, _ path: String, _ array: (Int) throws(ApusError) -> NumPyArray
  ) throws(ApusError) -> ArrayFile {
    var samples = try ArrayImages(x, path)
    var notes = samples.notes
    var problem: ApusError?
    var y: NumPyArray?
    do throws(ApusError) { y = try roles.targets.map(array) } catch { problem = error }
    var validation = 0
    if let place = roles.validationSamples, let other = roles.validationTargets {
      let more = try ArrayImages(array(place), path)
      validation = more.count
      try samples.append(more, path)
      do throws(ApusError) { y = try y?.appending(array(other), path) } catch { problem = error }
    }
    var targets: ArrayTargets?
    do throws(ApusError) {
      if let problem { throw problem }
      guard let y else { throw noLabels(path) }
      targets = try ArrayTargets(y, of: samples.count, path)
    } catch {
      // Predictions do without.
      problem = error
    }
    notes += targets?.notes ?? []
    var set = ImageSet(training: try samples.dataset(targets?.targets ?? .unknown(problem ?? noLabels(path))))
    set.validationRows = Array((samples.count - validation)..<samples.count)
    var testTable: Table?
    if let place = roles.testSamples {
      let images = try ArrayImages(array(place), path)
      notes += images.notes.filter { !notes.contains($0) }
      let missing = ApusError(
        "holds test images without labels", at: path, expected: "their classes as y_test")
      var found: ArrayTargets?
      var testProblem = missing
      do throws(ApusError) {
        if let y = try roles.testTargets.map(array) { found = try ArrayTargets(y, of: images.count, path) }
      } catch { testProblem = error }
      var test = try images.dataset(found?.targets ?? .unknown(testProblem))
      if test.hasLabels, set.training.hasLabels {
        if case .classes(let names) = set.training.targets {
          guard case .classes = test.targets else {
            throw ApusError("the test labels are other ones than those of training", at: path)
          }
          test = try test.among(classes: names, name: path)
        }
        testTable = try found.map { (found) throws(ApusError) in try Table(name: path, columns: found.columns)
        }
      }
      set.test = test
    }
    if let targets {
      set.annotations = ImageAnnotations(
        training: .init(try Table(name: path, columns: targets.columns)), test: testTable.map { .init($0) },
        usual: targets.columns.map(\.name), task: Self.task(targets.columns[...]),
        isOptional: set.training.classLabels() != nil)
    }
    return ArrayFile(content: .images(set), notes: notes)
  }
}
