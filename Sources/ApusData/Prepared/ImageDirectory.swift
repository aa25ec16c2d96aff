import ApusCore

/// Images in a prepared file: their pixels in one form, and what is known of them.
struct ImageDirectory: Codable {
  /// The training images, or those of the official test set.
  struct Part: Codable {
    /// `[height, width, channels]`
    var shape: [Int]
    var count: Int
    /// Where the pixels begin: bytes, or floats of images of real numbers.
    var pixels: Int
    var areReal: Bool?
    var targets: Targets
    /// Left out where it is that of bytes with a white of 255.
    var normalization: ImageDataset.Normalization?
    /// The file of each picture, as it was found.
    var files: PreparedTexts?
  }

  struct Targets: Codable {
    /// `classes`, `labels`, `numbers` or `unknown`.
    var kind: String
    var names: [String]?
    /// Where they begin: 32-bit numbers of classes, or floats.
    var offset: Int?
    var scales: [TargetScale]?
  }

  /// ``ImageAnnotations``
  struct Annotations: Codable {
    var training: TableDirectory
    var unknown: [Int]?
    var test: TableDirectory?
    var unknownTest: [Int]?
    var usual: [String]
    var task: LearningTask?
    var isOptional: Bool
  }

  var training: Part
  var test: Part?
  /// Where the numbers of the training images that came as a validation set begin, 64 bits each, and how many there are.
  var validation: Int?
  var validationCount: Int?
  var annotations: Annotations?
  var notes: [String]
  var fingerprint: UInt64

  /// Writes what of the images isn't in the file yet.
  ///
  /// - Throws: when the file cannot be written.
  init(_ set: ImageSet, in file: RegionFile, notes: [String]) throws(ApusError) {
    fingerprint = set.fingerprint()
    self.notes = notes
    training = try Part(set.training, in: file)
    test = try set.test.map { (test) throws(ApusError) in try Part(test, in: file) }
    if !set.validationRows.isEmpty {
      validation = try file.append(region: set.validationRows.map { Int64($0) })
      validationCount = set.validationRows.count
    }
    annotations = try set.annotations.map { (known) throws(ApusError) in
      Annotations(
        training: try TableDirectory(known.training.table, in: file),
        unknown: known.training.unknown.isEmpty ? nil : known.training.unknown.sorted(),
        test: try known.test.map { (rows) throws(ApusError) in try TableDirectory(rows.table, in: file) },
        unknownTest: known.test.flatMap { $0.unknown.isEmpty ? nil : $0.unknown.sorted() },
        usual: known.usual, task: known.task, isOptional: known.isOptional)
    }
  }

  /// The images, with their pixels in the file.
  ///
  /// - Throws: an error that names the file when it is damaged.
  func images(_ file: FileBytes) throws(ApusError) -> ImageSet {
    var set = ImageSet(training: try training.dataset(file))
    set.test = try test.map { (part) throws(ApusError) in try part.dataset(file) }
    if let validationCount {
      let rows: StoredValues<Int64> = try PreparedFile.values(
        file, validation, validationCount, "its validation rows")
      guard rows.allSatisfy({ $0 >= 0 && $0 < training.count }) else {
        throw PreparedFile.damaged(file, "it has validation rows that there aren't")
      }
      set.validationRows = rows.map { Int($0) }
    }
    if let annotations {
      func rows(
        _ directory: TableDirectory, _ unknown: [Int]?, _ count: Int?
      ) throws(ApusError) -> ImageAnnotations.Rows {
        let table = try directory.table(file)
        guard table.rowCount == count else {
          throw PreparedFile.damaged(file, "its annotations are of another number of images")
        }
        return ImageAnnotations.Rows(table, unknown: Set(unknown ?? []))
      }
      set.annotations = ImageAnnotations(
        training: try rows(annotations.training, annotations.unknown, training.count),
        test: try annotations.test.map { (test) throws(ApusError) in
          try rows(test, annotations.unknownTest, self.test?.count)
        },
        usual: annotations.usual, task: annotations.task, isOptional: annotations.isOptional)
    }
    set.storedFingerprint = fingerprint
    file.expectAnyOrder()
    return set
  }
}

extension ImageDirectory.Part {
  init(_ images: ImageDataset, in file: RegionFile) throws(ApusError) {
    (shape, count) = (images.inputShape, images.count)
    if images.areReal { areReal = true }
    switch images.pixels {
    case .bytes(let bytes): pixels = try file.append(region: bytes)
    case .reals(let reals): pixels = try file.append(region: reals)
    case .storedBytes(let bytes): pixels = try file.offset(of: bytes)
    case .storedReals(let reals): pixels = try file.offset(of: reals)
    }
    switch images.givenTargets {
    case .classes(let labels, let names):
      targets = .init(kind: "classes", names: names, offset: try file.append(region: labels))
    case .labels(let values, let names):
      targets = .init(kind: "labels", names: names, offset: try file.append(region: values))
    case .numbers(let values, let names, let scales):
      targets = .init(
        kind: "numbers", names: names, offset: try file.append(region: values),
        scales: scales.isEmpty ? nil : scales)
    case .unknown: targets = .init(kind: "unknown")
    }
    if images.normalization != .unit() { normalization = images.normalization }
    if !images.files.isEmpty { files = try PreparedTexts(images.files, in: file) }
  }

  func dataset(_ file: FileBytes) throws(ApusError) -> ImageDataset {
    func damaged(_ why: String) -> ApusError { PreparedFile.damaged(file, why) }
    var size = 1
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw damaged("\(shape) is no shape of images") }
      size = product
    }
    let (samples, overflow) = size.multipliedReportingOverflow(by: count)
    guard shape.count == 3, count > 0, !overflow else { throw damaged("it has no images") }
    let stored: ImagePixels =
      areReal == true
      ? .storedReals(try PreparedFile.values(file, pixels, samples, "its pixels"))
      : .storedBytes(try PreparedFile.values(file, pixels, samples, "its pixels"))
    let normalization = normalization ?? .unit()
    try normalization.check(shape)
    var images: ImageDataset
    do throws(ApusError) {
      images = try ImageDataset(
        pixels: stored, inputShape: shape, targets: try given(file), normalization: normalization)
    } catch {
      throw damaged("\(error)")
    }
    if let files {
      guard let names = files.values(in: file), names.count == count else {
        throw damaged("the names of its pictures are none")
      }
      images.files = names
    }
    return images
  }

  private func given(_ file: FileBytes) throws(ApusError) -> ImageDataset.Targets {
    let names = targets.names ?? []
    guard names.count <= 1 << 20 else { throw PreparedFile.damaged(file, "it has too many targets") }
    switch targets.kind {
    case "classes":
      let labels: StoredValues<Int32> = try PreparedFile.values(file, targets.offset, count, "its labels")
      return .classes(Array(labels), names: names)
    case "labels", "numbers":
      let values: StoredValues<Float> = try PreparedFile.values(
        file, targets.offset, count * names.count, "its targets")
      return targets.kind == "labels"
        ? .labels(Array(values), names: names)
        : .numbers(Array(values), names: names, scales: targets.scales ?? [])
    case "unknown":
      return .unknown(
        ApusError(
          "the images have no labels", at: file.name, expected: "images with labels",
          fix: "prepare them again with their labels"))
    default: throw PreparedFile.damaged(file, "“\(targets.kind)” is no kind of target")
    }
  }
}
