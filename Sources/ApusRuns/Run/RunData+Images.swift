import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunData {
  /// Images with their own classes, or with what a table says of them.
  init(
    _ images: ImageSet, _ source: DataSource, _ given: DataConfiguration, _ seed: UInt64,
    _ pretrained: Pretrained?, _ sources: SharedSources
  ) throws {
    try Self.refuseContext(given, source.place)
    try Self.refuseColumns(ofImages: given)
    let targets = try Self.targets(of: images, given, source.place)
    var images = targets?.images ?? images
    do { try images.requireTargets() } catch { throw error.at(source.place) }
    let folds = try Self.folds(given)
    if given.test != nil || folds != nil { images.test = nil }
    var notes = source.notes + (targets?.notes ?? [])
    if let problem = images.test?.labelProblem {
      notes.append("the test images are left out: \(problem.problem)")
      images.test = nil
    }
    var options = Self.options(given, seed)
    if images.test != nil { options.test = 0 }
    let rows = Array(0..<images.training.count)
    if given.validation != nil { images.validationRows = [] }
    let split =
      try folds.map {
        try Split.fold($0.fold, of: $0.count, rows: rows, classes: images.training.classLabels(), options)
      } ?? images.parts(options)
    let known = pretrained?.model.objective?.encoding
    if let targets {
      let fitted = try targets.images(fittedTo: split.training, knownTo: known)
      images.training = fitted.training
      if images.test != nil { images.test = fitted.test }
    }
    let all = images.training
    var preprocessing =
      try pretrained?.imagePreprocessing()
      ?? ImageDataset.Preprocessing.fit(all, rows: split.training, scaling: given.scaling ?? .standardize)
    preprocessing.target = targets?.columns
    // Classes that the model to begin with knows stay as it knows them.
    var classes: [String]?
    if case .classes(let names) = all.targets { classes = pretrained?.classes(including: names) ?? names }
    let normalized = try preprocessing.apply(to: all, name: source.place, classes: classes)
    var official = try images.test.map {
      try preprocessing.apply(to: $0, name: source.place, classes: classes)
    }
    if let path = given.testData {
      official = try Self.testImages(
        path, preprocessing, TargetEncoding(normalized.targets, scales: normalized.scales), sources)
    }
    self.pretrained = pretrained
    name = source.name
    fingerprint = source.fingerprint()
    task = targets?.task ?? .classification
    training = normalized.subset(split.training.indices)
    validation = split.validation.isEmpty ? nil : normalized.subset(split.validation)
    test = official ?? (split.test.isEmpty ? nil : normalized.subset(split.test))
    schema = .images(preprocessing)
    self.split = split
    self.notes = notes
    choices = [
      Self.words(normalized),
      Self.sizes(split.training.count, split.validation.count, official == nil ? split.test.count : nil)
        + (official.map { ", \($0.count) in the official test set" } ?? ""),
    ]
    if let targets { choices = targets.choices + choices }
    configuration = given
    configuration.validation = images.validationRows.isEmpty || folds != nil ? options.validation : nil
    configuration.test = official == nil && folds == nil ? options.test : nil
    if let targets { configuration.set(targets) }
    if source.arePictures {
      configuration.size = "\(all.inputShape[0])x\(all.inputShape[1])"
      configuration.channels = all.inputShape[2]
    }
  }

  private static func refuseColumns(ofImages given: DataConfiguration) throws(ApusError) {
    let columns = [
      ("data.features", given.features != nil), ("data.leaveOut", given.leaveOut != nil),
      ("data.weights", given.weights != nil), ("data.logarithms", given.logarithms != nil),
    ]
    guard let wrong = columns.first(where: { $0.1 })?.0 else { return }
    throw ApusError("images have no columns", at: wrong, fix: "leave it out")
  }

  /// Returns the targets that a table has for the images, where it is asked for or they have no classes of their own;
  /// nil where their own classes are the targets.
  private static func targets(
    of images: ImageSet, _ given: DataConfiguration, _ place: String
  ) throws(ApusError) -> ImageTargets? {
    let asks =
      given.target != nil || given.targets != nil || given.labelSeparator != nil
      || given.task ?? .classification != .classification
    if let annotations = images.annotations, asks || !annotations.isOptional {
      return try ImageTargets(
        images, annotations, target: given.target, labels: given.labelRequest(),
        task: given.task)
    }
    guard !asks || (given.target == "label" && given.task ?? .classification == .classification) else {
      throw ApusError(
        "images have classes as their target", at: place,
        fix: "leave out what is said of a target, of labels and of the task")
    }
    return nil
  }

  private static func testImages(
    _ path: String, _ preprocessing: ImageDataset.Preprocessing, _ targets: TargetEncoding,
    _ sources: SharedSources
  ) throws -> ImageDataset {
    let source = try sources.open(path, pictures: PictureFormat(shape: preprocessing.inputShape))
    guard case .images(let other) = source.content else {
      throw ApusError("the test data isn't a set of images", at: path)
    }
    let (images, known) = try other.judged(preprocessing.target, targets, name: path)
    guard !known.isEmpty else { throw ApusError("no test image has a target", at: path) }
    return try preprocessing.apply(
      to: known.count < images.count ? images.selecting(known) : images, name: path)
  }

  /// `10 classes of 28×28×1 images`
  private static func words(_ images: ImageDataset) -> String {
    let shape = images.inputShape.map(String.init).joined(separator: "×")
    let count = images.targets.outputCount
    return switch images.targets {
    case .classes: "\(count) classes of \(shape) images"
    case .labels: "\(counted(count, "label")) of \(shape) images"
    case .values: "\(counted(count, "number")) for \(shape) images"
    }
  }
}

extension DataConfiguration {
  /// The target that was found.
  fileprivate mutating func set(_ targets: ImageTargets) {
    let names = targets.columns.names
    (target, self.targets) = names.count > 1 ? (nil, names) : (names.first, nil)
    labelSeparator = targets.columns.separator
    task = targets.task
  }
}
