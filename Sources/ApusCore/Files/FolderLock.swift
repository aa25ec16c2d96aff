import Synchronization

/// A folder that one process has to itself, until the lock is released or gone.
package final class FolderLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// - Throws: when somebody else has it, or it cannot be opened.
  package init(_ folder: String) throws(ApusError) {
    let opened = try Files.openFolder(folder)
    guard Files.lock(opened) else {
      Files.closed(opened)
      throw ApusError(
        "another process is writing to this folder", at: folder,
        fix: "wait until it has ended, or choose another folder with --out")
    }
    descriptor = Mutex(opened)
  }

  deinit { release() }

  package func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor { Files.closed(open) }
      descriptor = nil
    }
  }
}
