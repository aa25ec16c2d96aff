import ApusCore

/// The pictures of a folder as images: read, brought to one form, with their classes or the table of their labels.
struct PictureSet {
  let images: ImageSet
  /// Choices and observations, as sentences for the user.
  private(set) var notes: [String]

  /// - Parameters:
  ///   - store: the file for the pixels; memory when nil.
  ///   - watch: hears what is read, and the part of it that is.
  init(
    _ folder: PictureFolder, _ format: PictureFormat, into store: RegionFile? = nil,
    watch: ReadingWatch? = nil
  ) throws(ApusError) {
    func tell(_ part: Double) throws(ApusError) { try watch?("reading", part) }
    func tellTest(_ part: Double) throws(ApusError) { try watch?("reading the test pictures", part) }

    notes = folder.notes
    var training = folder.training.pictures
    let validation = folder.validation?.pictures ?? []
    var table: PictureLabels?
    if !folder.training.hasClasses || format.labelFile != nil {
      table = try PictureLabels(for: folder, format.labelFile)
    }
    training += validation
    let test = folder.test?.pictures ?? []
    if let table {
      let unnamed = training.count { table.row(of: $0.path) == nil }
      guard unnamed < training.count else {
        throw ApusError(
          "names none of the \(counted(training.count, "picture"))", at: table.table.name,
          expected: "a column of files such as \(PictureLabels.shortName(training[0].path))")
      }
      notes += table.notes(named: (training + test).count { table.row(of: $0.path) != nil })
    }
    let loaded = try PictureLoader(training.map(\.path), format, into: store, watch: tell)
    notes += loaded.notes
    let unknown = ApusError(
      "the pictures have no labels", at: folder.path,
      expected: "a folder for each class, or a CSV beside them that names each file and what it shows",
      fix: "sort them into folders, or name the table with --label-file")
    var set = ImageSet(training: try Self.dataset(loaded, training, table == nil ? nil : [], unknown))
    set.validationRows = Array((training.count - validation.count)..<training.count)
    if !test.isEmpty {
      var format = format
      // A picture of another size or color is brought to the form of the training pictures.
      format.size = PictureFormat.Size(height: loaded.form.height, width: loaded.form.width)
      if format.isTransposed {
        format.size = PictureFormat.Size(height: loaded.form.width, width: loaded.form.height)
      }
      format.channels = loaded.form.channels
      let pictures = try PictureLoader(test.map(\.path), format, into: store, watch: tellTest)
      let known = Set(set.training.classNames)
      if let stranger = test.first(where: { $0.label.map { !known.contains($0) } ?? false }), table == nil,
        set.training.hasLabels
      {
        throw ApusError(
          "the class \"\(stranger.label ?? "")\" occurs in the test set alone", at: stranger.path,
          expected: set.training.classNames.prefix(8).joined(separator: ", "),
          fix: "give it training pictures, or move the folder away")
      }
      set.test = try Self.dataset(
        pictures, test, table == nil ? set.training.classNames : [], unknown)
    }
    if let table {
      let named = test.count { table.row(of: $0.path) != nil }
      let annotations = ImageAnnotations(
        training: table.rows(of: training.map(\.path)),
        test: named > 0 ? table.rows(of: test.map(\.path)) : nil, usual: table.usual)
      set.annotations = annotations
      // Where nothing is missing, the usual target is known at once.
      if let known = try? ImageTargets(set, annotations).images, known.training.count == training.count,
        known.test?.count == set.test?.count
      {
        (set.training, set.test) = (known.training, known.test)
      }
    }
    images = set
  }

  /// One picture, to predict.
  static func single(
    _ file: FileBytes, _ format: PictureFormat
  ) throws(ApusError) -> (images: ImageSet, notes: [String]) {
    let loaded = try PictureLoader([file], format)
    let problem = ApusError(
      "a picture alone has no label", at: file.name, expected: "a folder of pictures by class")
    return (ImageSet(training: try dataset(loaded, [(file.name, nil)], nil, problem)), loaded.notes)
  }

  /// - Parameter classes: the classes' names; those that occur when nil, and of no account when empty.
  private static func dataset(
    _ loaded: PictureLoader, _ pictures: [(path: String, label: String?)], _ classes: [String]?,
    _ unknown: ApusError
  ) throws(ApusError) -> ImageDataset {
    let names = classes ?? sortedNames(Array(Set(pictures.compactMap(\.label))))
    var targets = ImageDataset.Targets.unknown(unknown)
    if !names.isEmpty, pictures.allSatisfy({ $0.label != nil }) {
      let numbers = Dictionary(
        names.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
      targets = .classes(pictures.map { numbers[$0.label ?? ""] ?? 0 }, names: names)
    }
    let form = loaded.form
    var images = try ImageDataset(
      pixels: loaded.pixels, inputShape: [form.height, form.width, form.channels], targets: targets)
    images.files = pictures.map(\.path)
    return images
  }
}
