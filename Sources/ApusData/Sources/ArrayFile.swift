import ApusCore

/// Data in NumPy's files (MISSION I): `.npy`, a table of numbers, and `.npz`, samples with their targets.
///
/// In a `.npz` the samples are `x`, `x_train`, `images` or `data`, the targets `y`, `y_train`, `labels` or `target`, upper or
/// lower case; `x_test` and `y_test` are an official test set. Samples of two or three axes besides the rows are images;
/// rows of numbers are a table with the columns `x1`, `x2`, … and `y`.
enum ArrayFile {
  /// Nil for a file that is neither.
  static func open(_ file: FileBytes) throws(ApusError) -> DataSource.Content? {
    let path = file.name
    if file.withBytes({ NumPyArray.isArray($0) }) {
      let array = try NumPyArray(file.withBytes { Array($0) }, name: path)
      guard array.shape.count < 3 else {
        return .images(ImageSet(training: try images(array, nil, path, classes: nil)))
      }
      return .table(try table(array, targets: nil, path))
    }
    guard file.withBytes({ ZipArchive.isZip($0) }) else { return nil }
    let archive = try ZipArchive(file, name: path)
    func array(_ names: [String]) throws(ApusError) -> NumPyArray? {
      let members = archive.members.filter { names.contains($0.name.lowercased()) }
      guard let member = members.first else { return nil }
      guard members.count == 1 else {
        throw ApusError(
          "holds \(members.map { "“\($0.name)”" }.joined(separator: " and "))", at: path,
          expected: "one of them")
      }
      return try NumPyArray(archive.bytes(of: member), name: "\(path), \(member.name)")
    }
    guard archive.members.contains(where: { $0.name.lowercased().hasSuffix(".npy") }) else { return nil }
    let samples = ["x", "x_train", "images", "data"].map { $0 + ".npy" }
    let targets = ["y", "y_train", "labels", "target"].map { $0 + ".npy" }
    guard let x = try array(samples) else {
      throw ApusError(
        "holds " + archive.members.prefix(8).map { "“\($0.name)”" }.joined(separator: ", "), at: path,
        expected: "samples as x, x_train, images or data, and their targets as y, y_train, labels or target",
        fix: "save them with numpy.savez(path, x=…, y=…)")
    }
    var y: NumPyArray?
    var problem: ApusError?
    do throws(ApusError) { y = try array(targets) } catch { problem = error }
    guard x.shape.count > 2 else {
      var table = try table(x, targets: y, path, isNamed: true)
      if let problem {
        // Predictions do without.
        table.columns.append(TableColumn("y", numbers: Array(repeating: .nan, count: table.rowCount)))
        table.notes.append("the targets cannot be read: \(problem.problem)")
      }
      if archive.members.contains(where: { $0.name.lowercased() == "x_test.npy" }) {
        table.notes.append("x_test is left out: save it with y_test as a file of its own for --test-data")
      }
      return .table(table)
    }
    let training = try images(x, y, path, classes: nil, problem: problem)
    guard let testImages = try array(["x_test.npy"]) else {
      return .images(ImageSet(training: training))
    }
    return .images(
      ImageSet(
        training: training,
        test: try images(
          testImages, try? array(["y_test.npy"]), path,
          classes: training.hasLabels ? training.classNames.count : nil)))
  }

  private static func table(
    _ x: NumPyArray, targets y: NumPyArray?, _ path: String, isNamed: Bool = false
  ) throws(ApusError) -> Table {
    guard x.shape.count == 2, x.shape[0] > 0, x.shape[1] > 0 else {
      throw ApusError(
        "holds an array of shape \(x.shape)", at: path,
        expected: y == nil && x.shape.count > 2
          ? "rows of numbers; for images a .npz file with their labels too" : "[rows, columns]")
    }
    guard x.shape[1] <= 100_000 else {
      throw ApusError("holds \(x.shape[1]) columns", at: path, expected: "at most 100000")
    }
    let (rows, width) = (x.shape[0], x.shape[1])
    let values = x.doubles
    var columns = (0..<width).map { column in
      TableColumn(
        isNamed ? "x\(column + 1)" : "\(column + 1)", numbers: (0..<rows).map { values[$0 * width + column] }
      )
    }
    if let y {
      guard y.count == rows, y.shape.allSatisfy({ $0 == 1 || $0 == rows }) else {
        throw ApusError(
          "holds targets of shape \(y.shape) for \(rows) rows", at: path, expected: "one for each row")
      }
      columns.append(TableColumn("y", numbers: y.doubles))
    }
    return try Table(name: path, columns: columns, hasHeader: isNamed)
  }

  private static func images(
    _ x: NumPyArray, _ y: NumPyArray?, _ path: String, classes: Int?, problem: ApusError? = nil
  ) throws(ApusError) -> ImageDataset {
    guard (3...4).contains(x.shape.count), x.shape[0] > 0 else {
      throw ApusError(
        "holds samples of shape \(x.shape)", at: path, expected: "images [rows, height, width, channels]")
    }
    guard let bytes = x.pixels else {
      throw ApusError(
        "holds pixels that are no bytes", at: path, expected: "0 … 255, or 255ths from 0 to 1",
        fix: "save them as numpy.uint8")
    }
    let shape = Array(x.shape.dropFirst()) + (x.shape.count == 3 ? [1] : [])
    let labels: (values: [UInt8], count: Int)
    do throws(ApusError) {
      if let problem { throw problem }
      labels = try self.labels(y, of: x.shape[0], path, classes: classes)
    } catch {
      // Predictions do without.
      return try ImageDataset(bytes: bytes, inputShape: shape, labelProblem: error)
    }
    return try ImageDataset(
      bytes: bytes, inputShape: shape, labels: labels.values,
      classNames: (0..<labels.count).map { String($0) })
  }

  private static func labels(
    _ y: NumPyArray?, of images: Int, _ path: String, classes: Int?
  ) throws(ApusError) -> (values: [UInt8], count: Int) {
    guard let y else {
      throw ApusError(
        "holds images without labels", at: path, expected: "their classes as y, in an .npz file")
    }
    let labels = y.doubles
    guard labels.count == images, y.shape.allSatisfy({ $0 == 1 || $0 == labels.count }) else {
      throw ApusError(
        "holds labels of shape \(y.shape) for \(images) images", at: path, expected: "one for each image")
    }
    if let row = labels.firstIndex(where: { !($0 >= 0 && $0 <= 255 && $0 == $0.rounded()) }) {
      throw ApusError(
        "image \(row + 1) has the label \(labels[row])", at: path, expected: "classes from 0 to 255")
    }
    let count = max(Int(labels.max() ?? 0) + 1, classes ?? 1)
    guard classes == nil || count == classes else {
      throw ApusError(
        "the test labels reach \(count - 1)", at: path, expected: "0 … \(classes! - 1), as in training")
    }
    return (labels.map { UInt8($0) }, count)
  }
}
