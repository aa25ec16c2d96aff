/// Shared files of a file system that this machine has mounted.
package struct MountedFiles: SharedFiles {
  package init() {}

  /// A file that is replaced while it is opened, or read, may be gone from the server.
  private static let mostAttempts = 10

  package func read(_ path: String) throws(ApusError) -> [UInt8]? {
    for _ in 1..<Self.mostAttempts {
      do throws(ApusError) {
        return try readOnce(path)
      } catch {
        guard ErrorNumber.last == ErrorNumber.staleHandle else { throw error }
      }
    }
    return try readOnce(path)
  }

  private func readOnce(_ path: String) throws(ApusError) -> [UInt8]? {
    guard let descriptor = Files.descriptor(of: path, for: .reading) else {
      if ErrorNumber.last == ErrorNumber.notThere { return nil }
      throw Files.systemError("cannot be opened", path)
    }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = piece.withUnsafeMutableBytes { Files.read(descriptor, $0.baseAddress!, $0.count) }
      if count == 0 { break }
      guard count > 0 else {
        // Closing changes the error's number.
        let (number, error) = (ErrorNumber.last, Files.systemError("cannot be read", path))
        Files.closed(descriptor)
        ErrorNumber.last = number
        throw error
      }
      bytes += piece[..<count]
    }
    Files.closed(descriptor)
    return bytes
  }

  package func names(in folder: String) throws(ApusError) -> [String] { try Files.names(in: folder) }

  package func write(
    _ bytes: [UInt8], to path: String, survivesPowerFailure: Bool
  ) throws(ApusError) {
    guard let descriptor = Files.descriptor(of: path, for: .writingNew) else {
      throw Files.systemError("cannot be written", path)
    }
    do throws(ApusError) {
      var done = 0
      while done < bytes.count {
        let count = bytes.withUnsafeBytes { Files.write(descriptor, $0.baseAddress! + done, $0.count - done) }
        guard count > 0 else { throw Files.systemError("cannot be written", path) }
        done += count
      }
      guard !survivesPowerFailure || Files.sync(descriptor) else {
        throw Files.systemError("cannot be synced", path)
      }
    } catch {
      Files.closed(descriptor)
      Files.remove(path)
      throw error
    }
    // A full disk behind a network may show only now.
    guard Files.closed(descriptor) else {
      let error = Files.systemError("cannot be written", path)
      Files.remove(path)
      throw error
    }
  }

  package func link(_ path: String, as name: String) -> LinkAnswer {
    if Files.addName(name, to: path) { return .made }
    if ErrorNumber.last == ErrorNumber.alreadyThere { return .taken }
    return .failed(
      Files.systemError(
        "cannot be linked", name, fix: "choose a folder on a file system that has hard links"))
  }

  package func move(_ path: String, to other: String) throws(ApusError) {
    guard Files.move(path, to: other) else { throw Files.systemError("cannot be written", other) }
  }

  package func remove(_ path: String) { Files.remove(path) }

  package func sync(folder: String) throws(ApusError) { try Files.syncFolder(folder) }

  package var seconds: Double { Double(Clock.nanoseconds) * 1e-9 }
}
