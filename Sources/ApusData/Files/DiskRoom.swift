import ApusCore

/// The room on a disk for what is to be written.
enum DiskRoom {
  /// - Parameter bytes: the size of what is to be written.
  /// - Throws: where the disk of a file has less than 1.2 × as much left.
  static func require(_ bytes: Int, for output: String) throws(ApusError) {
    let folder = Files.folder(of: output)
    guard let free = Files.freeSpace(in: folder), Double(free) < 1.2 * Double(bytes) else { return }
    throw ApusError(
      "the disk has \(megabytes(free)) MB left", at: folder,
      expected:
        "\(megabytes(Int(1.2 * Double(bytes)))) MB: 1.2 × the \(megabytes(bytes)) MB that the data takes",
      fix: "free some, or name a file on another disk")
  }

  /// A free path in the cache folder, for a file of this process.
  ///
  /// - Throws: where the disk has no room for it.
  static func scratchPath(bytes: Int, _ name: String) throws(ApusError) -> (path: String, folder: String) {
    let folder = CacheFolder.path
    try Files.makeFolder(folder)
    AtomicFile.removeRemains(in: folder)
    let path = "\(folder)/\(Files.process)-\(bytes)\(name)"
    try require(bytes, for: path)
    return (path, folder)
  }

  /// Whole megabytes, rounded up.
  static func megabytes(_ bytes: Int) -> String { String((bytes + 999_999) / 1_000_000) }
}

extension RegionFile {
  /// A file in the cache folder that never has a name of its own and is gone with its last use, for data that would not fit
  /// in memory.
  ///
  /// - Parameter bytes: what the data takes.
  /// - Returns: nil where it fits; else the file, and a note for the user.
  /// - Throws: where the disk has no room for it.
  static func forWhatDoesNotFit(bytes: Int) throws(ApusError) -> (file: RegionFile, note: String)? {
    guard let free = try AvailableMemory.bytes(), bytes > free else { return nil }
    let (path, folder) = try DiskRoom.scratchPath(bytes: bytes, ".values")
    return (
      try RegionFile(path),
      "the data takes \(DiskRoom.megabytes(bytes)) MB, and \(DiskRoom.megabytes(free)) MB are free: it is in a file in \(folder) "
        + "while this runs (apus prepare writes one to keep)"
    )
  }
}
