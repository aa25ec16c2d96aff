/// The destination of the bytes for a path.
enum OutputTarget {
  /// To a regular file, there or not yet, at the end of the path's links; with the permissions of the one that is there.
  case file(String, mode: UInt32?)
  /// To what is open: a pipe, a device, a descriptor of this process. Whoever takes it closes it.
  case stream(Int32)

  /// - Throws: for a folder, a block device, links in a circle, and what cannot be opened.
  init(_ path: String) throws(ApusError) {
    guard !path.isEmpty else { throw ApusError("an empty path cannot be written", expected: "a file's path") }
    let (target, own) = try Files.destination(of: path)
    if let own {
      // What is open is written on: opening its path again would begin a file anew.
      self = .stream(try Self.opened(Files.duplicate(own), path))
      return
    }
    let status = Files.status(at: target)
    switch status?.kind ?? .none {
    case .none:
      guard target.last != "/" else {
        throw ApusError("is a folder's path", at: path, expected: "a file", fix: "name a file in it")
      }
      self = .file(target, mode: nil)
    case .file: self = .file(target, mode: status?.mode)
    case .folder:
      throw ApusError("is a folder", at: path, expected: "a file", fix: "name a file in it")
    case .blockDevice:
      throw ApusError(
        "is a block device, whose contents would be lost", at: path, expected: "a file, a pipe or a device")
    case .pipe, .characterDevice, .socket:
      self = .stream(try Self.opened(Files.descriptor(of: target, for: .writing), path))
    }
  }

  private static func opened(_ descriptor: Int32?, _ path: String) throws(ApusError) -> Int32 {
    guard let descriptor else { throw Files.systemError("cannot be written", path) }
    return descriptor
  }
}
