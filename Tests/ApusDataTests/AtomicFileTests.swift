import ApusCore
import ApusData
import Foundation
import Testing

@Suite struct AtomicFileTests {
  @Test func filesAreReplaced() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/t.csv"
    try AtomicFile.write(path, text: "a\n1\n2\n")
    try AtomicFile.write(path, pieces: [Array("a\n".utf8), [], Array("3\n4\n".utf8)])
    #expect(try Table.read(path).numbers(0) == [3, 4])
    #expect(folder.names() == ["t.csv"])
  }

  @Test func nothingIsLeftAfterAFailure() throws {
    let folder = try TemporaryFolder()
    #expect(message { try AtomicFile.write("\(folder.path)/none/f", [1]) }.contains("No such file"))
    let taken = folder.makeFolder("taken")
    #expect(message { try AtomicFile.write(taken, [1]) }.contains("is a folder"))
    #expect(folder.names() == ["taken"])
    // Root may write anywhere.
    if getuid() != 0 {
      let locked = folder.makeFolder("locked", mode: 0o500)
      #expect(message { try AtomicFile.write("\(locked)/f", [1]) }.contains("Permission denied"))
    }
  }

  @Test func remainsOfDeadProcessesAreRemoved() throws {
    let folder = try TemporaryFolder()
    // No system gives a process such a number.
    let dead = Int32.max
    for name in ["model.\(dead).tmp", "model.\(getpid()).tmp", "model.tmp", "notes.x.tmp", "model.\(dead)"] {
      _ = try folder.write(name, [1])
    }
    AtomicFile.removeRemains(in: folder.path)
    #expect(
      folder.names() == ["model.\(dead)", "model.\(getpid()).tmp", "model.tmp", "notes.x.tmp"].sorted())
    AtomicFile.removeRemains(in: "\(folder.path)/none")
  }

  @Test func aFullDiskIsAnError() throws {
    guard FileManagerLess.exists("/dev/full") else { return }
    // A link beside the target cannot be made to a device, so the device itself is written to.
    let text = message { try AtomicFile.write("/dev/full/f", [1]) }
    #expect(text.contains("/dev/full/f"))
  }

  @Test func theOldFileIsIntactWhenWritingFails() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("f.csv", Array("a\n1\n2\n".utf8))
    // Files may not grow beyond a page: writing more fails halfway.
    var old = rlimit()
    #if canImport(Darwin)
      let kind = RLIMIT_FSIZE
    #else
      let kind = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #endif
    getrlimit(kind, &old)
    let handler = signal(SIGXFSZ, SIG_IGN)
    var small = rlimit(rlim_cur: 1 << 20, rlim_max: old.rlim_max)
    setrlimit(kind, &small)
    let text = message { try AtomicFile.write(path, [UInt8](repeating: 1, count: 1 << 24)) }
    setrlimit(kind, &old)
    signal(SIGXFSZ, handler)
    #expect(text.contains("cannot be written") && text.contains("File too large"))
    #expect(try Table.read(path).numbers(0) == [1, 2])
    #expect(folder.names() == ["f.csv"])
  }
}

enum FileManagerLess {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
