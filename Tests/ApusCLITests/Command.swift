import Foundation

/// The built `apus`, run in a folder of its own.
final class Command {
  struct Result {
    var code: Int32
    var out: String
    var err: String
  }

  /// Deleted with the command.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Beside the test bundle, where the package manager builds both; `APUS_COMMAND` names another.
  static let executable: URL? = {
    if let path = ProcessInfo.processInfo.environment["APUS_COMMAND"] { return URL(filePath: path) }
    #if os(macOS)
      var place = Bundle(for: Command.self).bundleURL
    #else
      var place = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    #endif
    while place.path.count > 1 {
      place.deleteLastPathComponent()
      let candidate = place.appending(path: "apus")
      if FileManager.default.isExecutableFile(atPath: candidate.path), !isFolder(candidate) {
        return candidate
      }
    }
    return nil
  }()

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
  }

  /// Starts the command and does not wait for it.
  func start(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws
    -> Running
  {
    guard let executable = Self.executable else { throw CocoaError(.fileNoSuchFile) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var all = ProcessInfo.processInfo.environment
    for name in ["COLUMNS", "NO_COLOR", "APUS_ISA", "APUS_THREADS"] { all[name] = nil }
    process.environment = all.merging(environment) { $1 }
    // Files and no pipes: nothing blocks, however much is written.
    let names = ["in", "out", "err"].map {
      FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())-\($0)")
    }
    try Data((input ?? "").utf8).write(to: names[0])
    for name in names.dropFirst() { try Data().write(to: name) }
    process.standardInput = try FileHandle(forReadingFrom: names[0])
    process.standardOutput = try FileHandle(forWritingTo: names[1])
    process.standardError = try FileHandle(forWritingTo: names[2])
    try process.run()
    return Running(process: process, files: names)
  }

  @discardableResult
  func run(
    _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    try start(arguments, input: input, environment: environment).wait()
  }

  @discardableResult
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    try start(arguments, input: input, environment: environment).wait()
  }

  func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

  func write(_ name: String, bytes: [UInt8]) throws {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }

  /// Every file and folder below the command's folder.
  var files: [String] {
    (try? FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()) ?? []
  }
}

/// A command that has been started.
struct Running {
  fileprivate let process: Process
  fileprivate let files: [URL]

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  var isRunning: Bool { process.isRunning }

  /// What was printed so far.
  var output: String { get throws { String(decoding: try Data(contentsOf: files[1]), as: UTF8.self) } }

  /// After a signal that ended the process, the code is its number below zero.
  @discardableResult
  func wait() throws -> Command.Result {
    process.waitUntilExit()
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    let text = try files.dropFirst().map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Command.Result(code: code, out: text[0], err: text[1])
  }
}

/// Tables and images for tests.
enum Sample {
  /// Two columns of numbers and two classes that the first tells apart.
  static func table(rows: Int = 120, target: (Int) -> String = { $0 * 37 % 101 > 50 ? "high" : "low" })
    -> String
  {
    "a,b,y\n" + (0..<rows).map { "\($0 * 37 % 101),\($0 * $0 % 17),\(target($0))\n" }.joined()
  }

  /// An IDX file: a header, then zeros.
  static func idx(_ magic: UInt32, _ dimensions: [UInt32], bytes: Int) -> [UInt8] {
    ([magic] + dimensions).flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
      + Array(repeating: 0, count: bytes)
  }
}
