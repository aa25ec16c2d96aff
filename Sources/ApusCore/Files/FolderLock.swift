import Synchronization

/// A folder that one process has to itself, or shares with those who share it too, until the lock is released or gone.
package final class FolderLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// - Throws: when somebody else has it, or it cannot be opened.
  package init(_ folder: String, isShared: Bool = false) throws(ApusError) {
    let opened = try Files.openFolder(folder)
    guard Files.lock(opened, isShared: isShared) else {
      Files.closed(opened)
      throw ApusError(
        "another process is writing to this folder", at: folder,
        fix: "wait until it has ended, or choose another folder with --out", kind: .machine)
    }
    descriptor = Mutex(opened)
  }

  /// Lets others share it from now on.
  package func share() {
    descriptor.withLock { descriptor in
      if let open = descriptor { _ = Files.lock(open, isShared: true) }
    }
  }

  deinit { release() }

  package func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor { Files.closed(open) }
      descriptor = nil
    }
  }
}
