import ApusCore
import Foundation
import Testing

/// Outputs to what isn't a regular file: nothing takes the place of a link, a pipe or a device.
@Suite struct OutputTests {
  private let folder: TemporaryFolder
  private let text = "a\n1\n"

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }
  private func contents(_ name: String) throws -> String? { try FileBytes.open(path(name)).text }

  @Test(arguments: ["target", "./target", "other"])
  func linksStayAndTheirTargetsAreWritten(_ destination: String) throws {
    try folder.write("target", [1])
    symlink(destination == "other" ? "target" : destination, path("other"))
    symlink(destination == "other" ? path("other") : destination, path("link"))
    try AtomicFile.write(path("link"), text: text)
    #expect(Files.link(at: path("link")) != nil)
    #expect(try contents("target") == text)
    #expect(folder.names() == ["link", "other", "target"])
  }

  @Test func aLinkToNothingMakesItsTarget() throws {
    symlink("new", path("link"))
    try AtomicFile.write(path("link"), text: text)
    #expect(Files.link(at: path("link")) == "new")
    #expect(try contents("new") == text)
    symlink("\(folder.path)/none/new", path("lost"))
    #expect(message { try AtomicFile.write(path("lost"), text: text) }.contains("No such file"))
    symlink("round", path("round"))
    #expect(message { try AtomicFile.write(path("round"), text: text) }.contains("too many symbolic links"))
  }

  @Test func permissionsStay() throws {
    try folder.write("secret", [1])
    chmod(path("secret"), 0o600)
    try AtomicFile.write(path("secret"), text: text)
    #expect(Files.status(at: path("secret"))?.mode == 0o600)
    #expect(try contents("secret") == text)
  }

  @Test func foldersAreInTheWay() throws {
    let inside = folder.makeFolder("inside")
    for wrong in [inside, inside + "/"] {
      let text = message { try AtomicFile.write(wrong, text: self.text) }
      #expect(text.hasPrefix(wrong) && text.contains("is a folder") && text.contains("name a file in it"))
    }
    symlink("inside", path("link"))
    #expect(message { try AtomicFile.write(path("link"), text: text) }.contains("is a folder"))
    #expect(message { try AtomicFile.write(path("new/"), text: text) }.contains("folder's path"))
    #expect(message { try AtomicFile.write("", text: text) }.contains("empty path"))
    #expect(folder.names() == ["inside", "link"])
  }

  /// Through a pipe more than it holds at a time.
  @Test func pipesAreWrittenThrough() throws {
    mkfifo(path("pipe"), 0o600)
    let reader = open(path("pipe"), O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try AtomicFile.write(path("pipe"), text: text)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == text)
    #expect(Files.kind(at: path("pipe")) == .pipe && folder.names() == ["pipe"])
  }

  @Test func aPipeThatNobodyReadsIsAnError() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let text = message { try AtomicFile.write("/dev/fd/\(ends[1])", text: self.text) }
    #expect(text.contains("Broken pipe"))
    close(ends[1])
    #expect(message { try AtomicFile.write("/dev/fd/\(ends[1])", text: self.text) }.contains("Bad file"))
  }

  /// What was written before on the same descriptor stays.
  @Test func openDescriptorsAreWrittenOn() throws {
    let descriptor = open(path("log"), O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    try AtomicFile.write("/dev/fd/\(descriptor)", text: "first\n")
    try AtomicFile.write("/proc/self/fd/\(descriptor)", text: "second\n")
    #expect(try contents("log") == "first\nsecond\n")
  }

  /// Only root may make one; on systems that do not allow it in a container neither.
  @Test func devicesStay() throws {
    #if os(Linux)
      guard mknod(path("null"), S_IFCHR | 0o666, 1 << 8 | 3) == 0, access(path("null"), W_OK) == 0,
        (try? Files.openForReading(path("null"))).map({ Files.closed($0) }) != nil
      else { return }
      try AtomicFile.write(path("null"), text: text)
      #expect(Files.kind(at: path("null")) == .characterDevice)
      #expect(mknod(path("full"), S_IFCHR | 0o666, 1 << 8 | 7) == 0)
      #expect(message { try AtomicFile.write(path("full"), text: text) }.contains("No space left"))
      #expect(Files.kind(at: path("full")) == .characterDevice)
      #expect(folder.names() == ["full", "null"])
    #endif
  }
}

/// What can be read only once is read once.
@Suite struct StreamTests {
  @Test func pipesAreReadToTheEnd() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe"
    mkfifo(path, 0o600)
    let both = open(path, O_RDWR)
    let text = "a,b,y\n" + (0..<40).map { "\($0),\($0 % 7),\($0 % 2)\n" }.joined()
    _ = text.withCString { write(both, $0, strlen($0)) }
    let reader = open(path, O_RDONLY)
    close(both)
    defer { close(reader) }
    let file = try FileBytes.open("/dev/fd/\(reader)")
    #expect(file.isStream && file.text == text)
    #expect(!FileBytes.isStandardInput(path) && FileBytes.isStandardInput("-"))
    symlink("/dev/fd/0", "\(folder.path)/in")
    #expect(FileBytes.isStandardInput("\(folder.path)/in"))
  }

  @Test func aStreamIsGivenOnce() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe"
    mkfifo(path, 0o600)
    symlink("pipe", "\(folder.path)/same")
    let file = try folder.write("file", [1])
    try FileBytes.refuseShared([("the model", file), ("the data", file), ("the test data", nil)])
    try FileBytes.refuseShared([("the model", "-"), ("the data", path)])
    for (one, other) in [("-", "-"), ("-", "/dev/stdin"), (path, path), (path, "\(folder.path)/same")] {
      let text = message { try FileBytes.refuseShared([("the model", one), ("the data", other)]) }
      #expect(text.contains("is given twice: as the model and as the data"), "\(one) \(other): \(text)")
    }
  }
}
