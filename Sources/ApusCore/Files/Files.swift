/// Files and folders, with the system's own words for errors. The system calls themselves are in `Platform/`.
package enum Files {
  /// The kind of what is at a path.
  package enum Kind: Sendable, Equatable {
    case none, file, folder, pipe, characterDevice, blockDevice, socket

    /// The kind's everyday name.
    package var name: String {
      switch self {
      case .none: "nothing"
      case .file: "a file"
      case .folder: "a folder"
      case .pipe: "a pipe"
      case .characterDevice: "a device"
      case .blockDevice: "a block device"
      case .socket: "a socket"
      }
    }
  }

  /// The system's status of a file.
  package struct Status: Sendable {
    package let kind: Kind
    /// Bytes; of use for regular files only.
    package let size: Int
    /// The permission bits.
    package let mode: UInt32
    /// The same for two paths only where both lead to the same file.
    package let identity: FileIdentity
  }

  package struct FileIdentity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64
  }

  // MARK: Looking

  /// Returns the kind of what is at a path, at the end of its links.
  package static func kind(at path: String) -> Kind { status(at: path)?.kind ?? .none }

  /// Links to links that are followed, as in the kernel.
  private static let mostLinks = 40

  /// Returns the path to which a path's symbolic links lead, whether or not something is there; a descriptor of this
  /// process where the path is that of one: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
  ///
  /// - Throws: for links in a circle.
  package static func destination(
    of path: String
  ) throws(ApusError) -> (path: String, descriptor: Int32?) {
    var target = path
    for _ in 0...mostLinks {
      if let descriptor = ownDescriptor(target) { return (target, descriptor) }
      guard let next = link(at: target) else { return (target, nil) }
      target = next.hasPrefix("/") ? next : "\(folder(of: target))/\(next)"
    }
    throw ApusError("leads through too many symbolic links", at: path, expected: "a file")
  }

  private static func ownDescriptor(_ path: String) -> Int32? {
    for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/proc/\(process)/fd/"]
    where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }

  /// The folder that a path is in.
  package static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  // MARK: Folders

  /// Makes a folder and those above it; one that is there stays as it is.
  package static func makeFolder(_ path: String) throws(ApusError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += part
      defer { prefix += "/" }
      switch kind(at: prefix) {
      case .folder: continue
      case .none: break
      case let other:
        throw ApusError(
          prefix == path ? "is \(other.name)" : "\"\(prefix)\" is \(other.name)", at: path,
          expected: "a folder")
      }
      if addFolder(prefix) == nil { throw systemError("the folder cannot be made", path) }
    }
    guard kind(at: path) == .folder else {
      throw ApusError("is a link that leads nowhere", at: path, expected: "a folder")
    }
  }

  /// Makes a folder that was not there before, in a folder that is.
  ///
  /// - Returns: false where something of the name is there, whoever made it.
  package static func makeNewFolder(_ path: String) throws(ApusError) -> Bool {
    guard let isNew = addFolder(path) else { throw systemError("the folder cannot be made", path) }
    return isNew
  }

  // MARK: Descriptors

  /// Opens what is at a path for reading, whatever it is; folders are refused.
  package static func openForReading(_ path: String) throws(ApusError) -> Int32 {
    guard let descriptor = descriptor(of: path, for: .reading) else {
      throw systemError("cannot be opened", path)
    }
    if status(of: descriptor)?.kind == .folder {
      closed(descriptor)
      throw ApusError("is a folder", at: path, expected: "a file")
    }
    return descriptor
  }

  /// Opens a folder, for syncing or locking it.
  package static func openFolder(_ path: String) throws(ApusError) -> Int32 {
    guard let descriptor = descriptor(of: path, for: .folder) else {
      throw systemError("the folder cannot be opened", path)
    }
    return descriptor
  }

  /// Without this, a power failure may undo a renaming.
  static func syncFolder(_ path: String) throws(ApusError) {
    let descriptor = try openFolder(path)
    defer { closed(descriptor) }
    guard syncFolder(descriptor) else { throw systemError("the folder cannot be synced", path) }
  }
}
