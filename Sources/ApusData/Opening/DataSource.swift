public import ApusCore

/// What the user named: a table, images or a text, from a file or built in.
public struct DataSource: Sendable {
  public enum Content: Sendable {
    case table(Table)
    case images(ImageCollection)
    case text(String)
  }

  /// A short name, for folders and titles: `houses` for `data/houses.csv.gz`.
  public var name: String
  /// Where it comes from: a path, or the built-in set's source.
  public var origin: String
  public var content: Content
  /// What errors call it: the path, or the built-in set's name.
  public var place: String { isBuiltIn ? name : origin }
  /// Whether it came with the package.
  public var isBuiltIn = false
  /// The column that a built-in set predicts.
  public var target: String?
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
  /// folder or a file of IDX images, a folder of CIFAR-10's batches, NumPy's `.npy` and `.npz`, a text, or
  /// one of ``BuiltInDataset/all``. A path beats a built-in name.
  ///
  /// A file is a text when its name ends in `.txt`, `.text` or `.md` and nothing is said of a table's format, or when it
  /// is no table and its name does not say that it is one.
  ///
  /// - Parameters:
  ///   - format: how a table's file is written, where it should not be found out.
  ///   - generated: rows, noise and seed of a generated set.
  /// - Throws: if there is neither such a path nor such a name, or what is there cannot be read.
  public static func open(
    _ argument: String, format: TableFormat = TableFormat(), generated: GeneratedOptions = GeneratedOptions()
  ) throws(ApusError) -> DataSource {
    switch FileKind.at(argument) {
    case .folder:
      let images: ImageCollection
      do throws(ApusError) {
        images = try ImageFolder.open(folder: argument)
      } catch {
        guard BuiltInDataset.named(argument) != nil else { throw error }
        var error = error
        error.fix = "rename the folder, which hides the built-in data set of this name"
        throw error
      }
      return DataSource(name: shortName(argument), origin: argument, content: .images(images))
    case .file:
      if try startsLikeIDX(argument) {
        let images = try ImageFolder.open(imageFile: argument)
        return DataSource(name: shortName(argument), origin: argument, content: .images(images))
      }
      if let content = try ArrayFile.open(argument) {
        return DataSource(name: shortName(argument), origin: argument, content: content)
      }
      return DataSource(
        name: shortName(argument), origin: argument, content: try tableOrText(argument, format))
    case .none:
      if argument == "-" {
        return DataSource(
          name: "stdin", origin: "standard input", content: .table(try Table.read("-", format: format)))
      }
      guard let builtIn = BuiltInDataset.named(argument) else {
        let names = BuiltInDataset.all.map(\.name)
        let near = Spelling.nearest(to: argument, in: names, limit: 1)
        throw ApusError(
          "there is no file, no folder and no built-in data set of this name", at: argument,
          expected: "a path, or one of \(names.joined(separator: ", "))",
          fix: near.first.map { "did you mean \($0)?" } ?? "check the path")
      }
      var source = DataSource(
        name: builtIn.name, origin: builtIn.source, content: try builtIn.make(generated),
        target: builtIn.target, isUnsplit: builtIn.isUnsplit(generated))
      source.isBuiltIn = true
      return source
    }
  }

  private static func tableOrText(_ path: String, _ format: TableFormat) throws(ApusError) -> Content {
    let isOpen = format == TableFormat()
    if isOpen, TextFile.hasName(path) { return .text(try TextFile.read(path)) }
    do throws(ApusError) {
      return .table(try Table.read(path, format: format))
    } catch {
      guard isOpen, !TextFile.hasNameOfTable(path), let text = try? TextFile.read(path), !text.isEmpty,
        !text.unicodeScalars.contains("\0")
      else { throw error }
      return .text(text)
    }
  }

  /// Whether a file, expanded if need be, starts with an IDX header; no text has bytes of zero.
  private static func startsLikeIDX(_ path: String) throws(ApusError) -> Bool {
    let file = try FileBytes.open(path)
    if file.withBytes({ Gzip.isGzip($0) }) {
      var stream = try Gzip(file, name: path)
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
}
