/// Files by which processes of several machines agree, in a folder that all of them see.
///
/// They rely on nothing but what NFS promises. A read gives the bytes of a whole version of a file: its newest one, or one
/// that was replaced as long ago as attributes are cached (60 s by default); that a file isn't there, and the names in a
/// folder, may be as old. Linking fails where the name is there, and of several links to one name one succeeds; its
/// answer may get lost.
package protocol SharedFiles: Sendable {
  /// Returns the bytes of a file; nil where there is none.
  func read(_ path: String) throws(ApusError) -> [UInt8]?

  /// Returns the names in a folder, in order.
  func names(in folder: String) throws(ApusError) -> [String]

  /// Writes a file that nobody else writes, whole.
  ///
  /// - Parameter survivesPowerFailure: whether the disk is waited for.
  func write(_ bytes: [UInt8], to path: String, survivesPowerFailure: Bool) throws(ApusError)

  /// Gives a file a second name.
  func link(_ path: String, as name: String) -> LinkAnswer

  /// Puts a file in another's place, in one step.
  func move(_ path: String, to other: String) throws(ApusError)

  func remove(_ path: String)

  /// Waits until a folder's names survive a power failure.
  func sync(folder: String) throws(ApusError)

  /// Seconds since some moment, which never go back. They mean nothing to other processes.
  var seconds: Double { get }
}

/// The system's answer to the request to link a file to a name.
package enum LinkAnswer: Sendable {
  case made
  /// Something of the name is there.
  case taken
  case failed(ApusError)
}

extension SharedFiles {
  /// Puts bytes in a place where nothing is: of several callers, one succeeds, and nobody ever sees a part of them.
  ///
  /// - Parameters:
  ///   - bytes: no other caller's are equal.
  ///   - temporary: a path on the same file system that nobody else uses.
  /// - Returns: whether they are there; false where others are. Where the answer of a link gets lost and what is read is old,
  ///   false may be returned though they are: callers who must know look again later.
  package func publish(
    _ bytes: [UInt8], as path: String, by temporary: String, survivesPowerFailure: Bool = false
  ) throws(ApusError) -> Bool {
    try write(bytes, to: temporary, survivesPowerFailure: survivesPowerFailure)
    let answer = link(temporary, as: path)
    remove(temporary)
    switch answer {
    case .made: break
    case .taken:
      // A request that is sent again because its answer got lost finds the name that it has made itself.
      guard try read(path) == bytes else { return false }
    case .failed(let error):
      guard let found = try read(path) else { throw error }
      guard found == bytes else { return false }
    }
    if survivesPowerFailure { try sync(folder: Files.folder(of: path)) }
    return true
  }

  /// Writes a file, or puts its next version in its place.
  ///
  /// - Parameter temporary: a path on the same file system that nobody else uses.
  package func replace(
    _ path: String, with bytes: [UInt8], by temporary: String, survivesPowerFailure: Bool = false
  ) throws(ApusError) {
    try write(bytes, to: temporary, survivesPowerFailure: survivesPowerFailure)
    try move(temporary, to: path)
    if survivesPowerFailure { try sync(folder: Files.folder(of: path)) }
  }
}
