import ApusCore

/// The pictures of a folder: by class in folders of their own, `CLASS/*.png`, or one beside the other; with
/// `train/`, `test/` and `val/` above them, or without.
struct PictureFolder {
  /// Some of the pictures: those for training, say.
  struct Part {
    var pictures: [(path: String, label: String?)] = []
    var hasClasses: Bool { pictures.first?.label != nil }
    var classes: [String] { sortedNames(Array(Set(pictures.compactMap(\.label)))) }
  }

  private(set) var training = Part()
  private(set) var validation: Part?
  private(set) var test: Part?
  /// The path at which, or beside which, a table of labels may lie.
  private(set) var path: String
  private(set) var notes: [String] = []
  private var others: [String] = []
  private var foreign: [String] = []

  /// Deeper folders are not looked into: links may lead in circles.
  private static let mostDepth = 8
  private static let trainingNames = ["train", "training"]
  private static let validationNames = ["val", "valid", "validation", "dev"]
  private static let testNames = ["test", "testing"]

  /// Nil where the folder holds no pictures.
  ///
  /// - Throws: when a folder cannot be read, or holds only pictures in formats that Apus does not read.
  init?(_ path: String) throws(ApusError) {
    self.path = path
    var listing = try Listing(path)
    // An archive often has one folder around everything.
    var depth = 0
    while listing.pictures.isEmpty, listing.folders.count == 1, depth < Self.mostDepth,
      !(Self.trainingNames + Self.validationNames + Self.testNames).contains(listing.folders[0].lowercased())
    {
      let inner = try Listing("\(listing.path)/\(listing.folders[0])")
      // A single class is a class, where no table lies there that says more.
      let hasTable = (listing.others + inner.others).contains { PictureFile.ending($0) == "csv" }
      if inner.folders.isEmpty, !hasTable { break }
      listing = inner
      depth += 1
    }
    self.path = listing.path
    if let folder = listing.folder(Self.trainingNames) {
      training = try part(of: folder, in: listing) ?? Part()
      let others = (listing.folder(Self.validationNames), listing.folder(Self.testNames))
      validation = try others.0.map { (name) throws(ApusError) in try part(of: name, in: listing) } ?? nil
      test = try others.1.map { (name) throws(ApusError) in try part(of: name, in: listing) } ?? nil
      let used = [folder, others.0, others.1]
      note(listing.pictures.count, "beside \"\(folder)\"")
      let left = listing.folders.filter { !used.contains($0) }
      if !left.isEmpty {
        notes.append(
          "left out: the folder\(left.count == 1 ? "" : "s") \(Self.list(left)) beside \"\(folder)\"")
      }
    } else {
      training = try part(listing)
    }
    add(listing)
    if let first = foreign.first {
      guard !training.pictures.isEmpty else {
        throw ApusError(
          "holds pictures that Apus does not read, as \(first)", at: path, expected: "PNG or JPEG",
          fix: "save them as PNG")
      }
      notes.append(
        "left out: \(counted(foreign.count, "picture")) that Apus does not read, as \(first): save them as PNG"
      )
    }
    guard !training.pictures.isEmpty else { return nil }
    if !others.isEmpty {
      notes.append(
        "left out: \(counted(others.count, "file")) that \(others.count == 1 ? "is no picture" : "are no pictures"): \(Self.list(others))"
      )
    }
  }

  private mutating func part(of folder: String, in listing: Listing) throws(ApusError) -> Part? {
    let part = try part(Listing("\(listing.path)/\(folder)"))
    return part.pictures.isEmpty ? nil : part
  }

  /// Class by class where there are folders with pictures, else what lies there.
  private mutating func part(_ listing: Listing) throws(ApusError) -> Part {
    var part = Part()
    for folder in listing.folders {
      let pictures = try pictures("\(listing.path)/\(folder)", depth: 0)
      if pictures.isEmpty { notes.append("the folder \"\(folder)\" holds no pictures") }
      part.pictures += pictures.map { ($0, folder) }
    }
    if part.pictures.isEmpty {
      part.pictures = listing.pictures.map { ("\(listing.path)/\($0)", nil) }
    } else {
      note(listing.pictures.count, "beside the folders of the classes")
    }
    if listing.path != path { add(listing) }
    return part
  }

  /// All pictures of a class.
  private mutating func pictures(_ path: String, depth: Int) throws(ApusError) -> [String] {
    guard depth < Self.mostDepth else { return [] }
    let listing = try Listing(path)
    add(listing)
    var found = listing.pictures.map { "\(path)/\($0)" }
    for folder in listing.folders { found += try pictures("\(path)/\(folder)", depth: depth + 1) }
    return found
  }

  private mutating func add(_ listing: Listing) {
    others += listing.others.filter { PictureFile.ending($0) != "csv" }
    foreign += listing.foreign
  }

  private mutating func note(_ count: Int, _ place: String) {
    if count > 0 { notes.append("left out: \(counted(count, "picture")) \(place)") }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  /// The contents of a folder, in order, without the files that systems and programs leave there.
  private struct Listing {
    let path: String
    var pictures: [String] = []
    var folders: [String] = []
    var foreign: [String] = []
    var others: [String] = []

    init(_ path: String) throws(ApusError) {
      self.path = path
      for name in try Files.names(in: path) where !Self.isLeftBySystem(name) {
        if PictureFile.hasName(name), Files.kind(at: "\(path)/\(name)") != .folder {
          pictures.append(name)
        } else if Files.kind(at: "\(path)/\(name)") == .folder {
          folders.append(name)
        } else if PictureFile.hasForeignName(name) {
          foreign.append(name)
        } else {
          others.append(name)
        }
      }
    }

    func folder(_ names: [String]) -> String? { folders.first { names.contains($0.lowercased()) } }

    /// `.DS_Store`, `.ipynb_checkpoints`, `._img.png` and the like.
    static func isLeftBySystem(_ name: String) -> Bool {
      name.hasPrefix(".") || name == "__MACOSX" || name.hasPrefix("Icon\r")
        || ["thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir"].contains(name.lowercased())
    }
  }
}
