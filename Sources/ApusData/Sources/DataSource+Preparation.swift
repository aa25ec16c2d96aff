package import ApusCore

extension DataSource {
  /// Writes data as it is opened to a file that is mapped and need not fit in memory.
  ///
  /// A table, the pictures of a folder and a text go through memory piece by piece; arrays of images, which are files as
  /// they are in memory, go as a whole.
  ///
  /// - Parameters:
  ///   - argument: as of ``DataSource/open(_:format:isText:)``.
  ///   - format: how a table's file is written, where it should not be found out.
  ///   - watch: hears how far it is; ends it by throwing.
  /// - Throws: what opening throws; where the data is prepared already; where the output's disk has no room. The output is
  ///   whole or not there.
  package static func prepare(
    _ argument: String, to output: String, format: TableFormat = TableFormat(),
    pictures: PictureFormat = PictureFormat(),
    watch: ((_ step: String, _ part: Double) throws(ApusError) -> Void)? = nil
  ) throws(ApusError) -> Preparation.Result {
    let kind = argument == "-" ? .pipe : Files.kind(at: argument)
    if kind == .folder {
      try refuseFormat(format, argument)
      if try ImageFolder.open(folder: argument) == nil, let folder = try PictureFolder(argument) {
        let preparation = try Preparation(output, bytes: 0)
        let set = try PictureSet(folder, pictures, into: preparation.output, watch: watch)
        return try preparation.finish(set.images, notes: set.notes)
      }
      return try write(open(argument, format: format, pictures: pictures), pictures, to: output)
    }
    guard kind != .none else {
      return try write(open(argument, format: format, pictures: pictures), pictures, to: output)
    }
    let file = try FileBytes.open(argument)
    guard !file.withBytes({ PreparedFile.isPrepared($0) }) else {
      throw ApusError(
        "is prepared already", at: argument, expected: "a table, pictures or a text", fix: "use it as it is")
    }
    var source = DataSource(name: argument, origin: argument, content: .text(CharacterText("")))
    if try source.readArrays(file, format, pictures) { return try write(source, pictures, to: output) }
    if format == TableFormat(), TextFile.hasName(argument) {
      try refuse(pictures, argument)
      let preparation = try Preparation(output, bytes: file.count)
      let (text, note) = try CharacterText.read(file, into: preparation.output, watch: watch)
      guard !text.isEmpty else {
        throw ApusError("the text is empty", at: argument, expected: "characters to train on")
      }
      return try preparation.finish(text, notes: note.map { [$0] } ?? [])
    }
    try refuse(pictures, argument)
    return try Preparation.table(file, to: output, format: format, watch: watch)
  }

  private static func refuse(_ pictures: PictureFormat, _ place: String) throws(ApusError) {
    guard pictures != PictureFormat() else { return }
    throw ApusError(
      "the form of pictures is given, and these are no pictures in files", at: place, fix: "leave it out")
  }

  private static func refuseFormat(_ format: TableFormat, _ place: String) throws(ApusError) {
    guard format != TableFormat() else { return }
    throw ApusError("the format of a table is given, and this is a folder", at: place, fix: "leave it out")
  }

  /// Writes data that is in memory.
  private static func write(
    _ source: DataSource, _ pictures: PictureFormat, to output: String
  ) throws(ApusError) -> Preparation.Result {
    // Arrays of images can be turned, and no more.
    var form = pictures
    if case .images = source.content { form.isTransposed = false }
    if !source.arePictures { try refuse(form, source.place) }
    let preparation = try Preparation(output, bytes: 0)
    switch source.content {
    case .table(let table): return try preparation.finish(table)
    case .images(let images): return try preparation.finish(images, notes: source.notes)
    case .text(let text): return try preparation.finish(text, notes: source.notes)
    }
  }
}
