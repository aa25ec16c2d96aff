public import ApusCore

/// A source of data that the user named: a table, images or a text, from a file or built in.
public struct DataSource: Sendable {
  public enum Content: Sendable {
    case table(Table)
    case images(ImageSet)
    case text(CharacterText)
  }

  /// A short name, for folders and titles: `houses` for `data/houses.csv.gz`.
  public var name: String
  /// The origin of the data: a path, or the built-in set's source.
  public var origin: String
  public var content: Content
  /// The source's name in errors: the path, or the built-in set's name.
  public var place: String { isBuiltIn ? name : origin }
  /// A Boolean value that indicates whether it came with the package.
  public var isBuiltIn = false
  /// A Boolean value that indicates whether it is a table read from delimited text, so that header, delimiter and
  /// decimal mark have a meaning.
  public var isDelimited = false
  /// A Boolean value that indicates whether it is pictures, each from a file of its own, so that their size has a
  /// meaning.
  package var arePictures = false
  /// A Boolean value that indicates whether a target can be chosen among columns: those of a table, or what a table
  /// says of images.
  package var hasColumns: Bool {
    switch content {
    case .table: true
    case .images(let images): images.annotations != nil
    case .text: false
    }
  }
  /// The column that a built-in set predicts.
  public var target: String?
  /// The columns that are predicted together unless others are named: those of an array of targets; else empty.
  public var targets: [String] = []
  /// The task of ``targets``, where that is known.
  package var targetTask: LearningTask?
  /// Observations made while opening it, as sentences for the user; a table has notes of its own.
  public var notes: [String] = []
  /// A sentence for whoever runs again on it, where it is a stream.
  package var streamNote: String?
  /// Every row is for training (the four rows of XOR).
  public var isUnsplit = false

  public init(name: String, origin: String, content: Content, target: String? = nil, isUnsplit: Bool = false)
  {
    self.name = name
    self.origin = origin
    self.content = content
    self.target = target
    self.isUnsplit = isUnsplit
  }

  /// Opens what the argument names: a CSV or TSV file (plain or .gz), `-` for standard input, a
  /// folder of pictures or one picture (PNG, JPEG), a folder or a file of IDX images, a folder of CIFAR's batches, NumPy's
  /// `.npy` and `.npz`, a text, or one of ``BuiltInDataset/all``. A path beats a built-in name. A file, a pipe or a device is read once, to its end.
  ///
  /// A file is a text when its name ends in `.txt`, `.text` or `.md` and nothing is said of a table's format, or when it
  /// is no table, does not look like one, and its name does not say that it is one.
  ///
  /// - Parameters:
  ///   - format: how a table's file is written, where it should not be found out.
  ///   - isText: whether a text is expected, so that what comes without a name is not taken for a table.
  /// - Throws: if there is neither such a path nor such a name, or what is there cannot be read; if it is in a format that
  ///   Apus does not read, by its name.
  public static func open(
    _ argument: String, format: TableFormat = TableFormat(), isText: Bool = false
  ) throws(ApusError) -> DataSource {
    try open(argument, format: format, generated: GeneratedOptions(), isText: isText)
  }

  /// - Parameter generated: rows, noise and seed of a generated set; an error where it isn't one.
  package static func open(
    _ argument: String, format: TableFormat = TableFormat(), generated: GeneratedOptions, isText: Bool = false
  ) throws(ApusError) -> DataSource {
    try open(argument, format: format, pictures: PictureFormat(), generated: generated, isText: isText)
  }

  /// The same, with how images are read.
  package static func open(
    _ argument: String, format: TableFormat = TableFormat(), pictures: PictureFormat,
    generated: GeneratedOptions = GeneratedOptions(), isText: Bool = false
  ) throws(ApusError) -> DataSource {
    if argument != "-" {
      switch Files.kind(at: argument) {
      case .folder:
        try generated.refuse(for: argument)
        return try open(folder: argument, pictures)
      case .none: return try open(builtIn: argument, generated, format)
      default: break
      }
    }
    try generated.refuse(for: argument)
    let file = try FileBytes.open(argument)
    let name =
      FileBytes.isStandardInput(argument) ? "stdin" : file.isStream ? pipeName(argument) : shortName(argument)
    var source = DataSource(
      name: name, origin: argument == "-" ? file.name : argument, content: .text(CharacterText("")))
    try source.read(file, argument, format, pictures, isText: isText)
    if file.isStream {
      source.streamNote = "\(file.name) was read to its end: what runs again needs it again"
    }
    return source
  }

  private mutating func read(
    _ file: FileBytes, _ path: String, _ format: TableFormat, _ pictures: PictureFormat, isText: Bool
  ) throws(ApusError) {
    if file.withBytes({ PreparedFile.isPrepared($0) }) {
      try readPrepared(file)
      content = try content.reading(as: format.columns)
      return
    }
    if try readArrays(file, format, pictures) { return }
    let isOpen = format == TableFormat()
    if isOpen, TextFile.hasName(path) || (isText && !TextFile.hasNameOfTable(path)) {
      if let (text, notes) = try CharacterText.thatDoesNotFit(file) {
        content = .text(text)
        self.notes += notes
        return
      }
      let (text, note) = try TextFile.read(file, isNamed: true)
      content = .text(CharacterText(text))
      if let note { notes.append(note) }
      if let format = ForeignFormat.ofText(text) {
        notes.append("the file is \(format.name); it is read as a text because of its name")
      }
      return
    }
    do throws(ApusError) {
      if let (table, isText) = try Preparation.tableThatDoesNotFit(file, format: format) {
        (content, isDelimited) = (.table(table), isText)
        return
      }
      let opened = try TableFile(file)
      content = .table(try opened.table(format))
      isDelimited = opened.isDelimited
    } catch {
      guard isOpen, !TextFile.hasNameOfTable(path),
        let (text, note) = try? TextFile.read(file, isNamed: false),
        !text.isEmpty, !text.unicodeScalars.contains("\0"), !Self.looksLikeTable(text)
      else { throw error }
      content = .text(CharacterText(text))
      if let note { notes.append(note) }
    }
  }

  private mutating func readPrepared(_ file: FileBytes) throws(ApusError) {
    let directory = try PreparedFile.directory(file)
    if let table = directory.table {
      content = .table(try table.table(file))
    } else if let images = directory.images {
      content = .images(try images.images(file))
      notes += images.notes
    } else if let text = directory.text {
      content = .text(try text.text(file))
      notes += text.notes
    } else {
      throw PreparedFile.damaged(file, "it holds neither a table nor images nor a text")
    }
  }

  /// Reads images, and arrays of numbers.
  ///
  /// - Returns: false where the file holds none.
  mutating func readArrays(
    _ file: FileBytes, _ format: TableFormat, _ pictures: PictureFormat
  ) throws(ApusError) -> Bool {
    if try Self.startsLikeIDX(file) {
      set(try ImageFolder.open(file), pictures, isEMNIST: ImageFolder.isEMNIST(file.name))
      return true
    }
    if file.withBytes({ PictureFile.isPicture($0) }) {
      let (picture, found) = try PictureSet.single(file, pictures)
      content = .images(picture)
      arePictures = true
      notes += found
      return true
    }
    guard let arrays = try ArrayFile.open(file) else { return false }
    content = try arrays.content.reading(as: format.columns)
    (targets, targetTask) = (arrays.targets, arrays.task)
    notes += arrays.notes
    if case .images(let images) = content { set(images, pictures, isEMNIST: false) }
    return true
  }

  /// Arrays of images are turned where it is asked for.
  private mutating func set(_ images: ImageSet, _ format: PictureFormat, isEMNIST: Bool) {
    content = .images(format.isTransposed ? images.transposed() : images)
    if isEMNIST, !format.isTransposed {
      notes.append("EMNIST's images lie on their side: --transpose turns them upright")
    }
  }

  /// Returns whether a text looks like a table, so that an error further down is that of a table.
  private static func looksLikeTable(_ text: String) -> Bool {
    TextSniffer.looksLikeTable(Array(text.prefix(1 << 14).split(whereSeparator: \.isNewline).prefix(5)))
  }

  private static func open(folder: String, _ pictures: PictureFormat) throws(ApusError) -> DataSource {
    do throws(ApusError) {
      var source = DataSource(name: shortName(folder), origin: folder, content: .text(CharacterText("")))
      if let (images, isEMNIST) = try ImageFolder.open(folder: folder) {
        source.set(images, pictures, isEMNIST: isEMNIST)
      } else if let found = try PictureFolder(folder.last == "/" ? String(folder.dropLast()) : folder) {
        let set = try PictureSet(found, pictures)
        source.content = .images(set.images)
        source.arePictures = true
        source.notes = set.notes
      } else {
        throw ImageFolder.nothing(in: folder)
      }
      return source
    } catch {
      guard BuiltInDataset.named(folder) != nil else { throw error }
      var error = error
      error.fix = "rename the folder, which hides the built-in data set of this name"
      throw error
    }
  }

  private static func open(
    builtIn name: String, _ generated: GeneratedOptions, _ format: TableFormat
  ) throws(ApusError) -> DataSource {
    guard let builtIn = BuiltInDataset.named(name) else {
      let names = BuiltInDataset.all.map(\.name)
      let near = Spelling.nearest(to: name, in: names, limit: 1)
      throw ApusError(
        "there is no file, no folder and no built-in data set of this name", at: name,
        expected: "a path, or one of \(names.joined(separator: ", "))",
        fix: near.first.map { "did you mean \($0)?" } ?? "check the path")
    }
    if !builtIn.isGenerated { try generated.refuse(for: name) }
    var source = DataSource(
      name: builtIn.name, origin: builtIn.source,
      content: try builtIn.make(generated).reading(as: format.columns),
      target: builtIn.target, isUnsplit: builtIn.isUnsplit(generated))
    source.isBuiltIn = true
    return source
  }

  /// Returns whether a file, expanded if need be, starts with an IDX header; no text has bytes of zero.
  private static func startsLikeIDX(_ file: FileBytes) throws(ApusError) -> Bool {
    if file.withBytes({ Gzip.isGzip($0) }) {
      var stream = try Gzip(file, name: file.name)
      var start: UInt32 = 1
      var failure: ApusError?
      withUnsafeMutableBytes(of: &start) { buffer in
        do throws(ApusError) { _ = try stream.read(into: buffer) } catch { failure = error }
      }
      if let failure { throw failure }
      return withUnsafeBytes(of: &start) { $0[0] == 0 && $0[1] == 0 }
    }
    return file.withBytes { $0.starts(with: [0, 0, 8]) }
  }

  /// The last part of a path up to its first point, in letters that any file system takes.
  private static func shortName(_ path: String) -> String {
    let last = path.split(separator: "/").last ?? "data"
    let stem = last.split(separator: ".", omittingEmptySubsequences: true).first ?? "data"
    let name = String(stem.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" })
    return name.isEmpty ? "data" : name
  }

  /// The same of a pipe, which a shell may call `/dev/fd/63`.
  private static func pipeName(_ path: String) -> String {
    let name = shortName(path)
    return Int(name) == nil ? name : "pipe"
  }
}

extension DataSource.Content {
  /// Columns read as what is said of them; anything but a table has none.
  fileprivate func reading(as columns: [String: TableFormat.ColumnKind]) throws(ApusError)
    -> DataSource.Content
  {
    guard case .table(let table) = self else { return self }
    return .table(try table.reading(as: columns))
  }
}
