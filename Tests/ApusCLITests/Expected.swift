import Foundation
import Testing

/// Exact outputs, as files in `Expected/`.
///
/// To write them anew after a wanted change, and to read what changed with `git diff`:
///
///     APUS_REWRITE_EXPECTED=1 swift test -c release --filter ApusCLITests
enum Expected {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Expected")

  static func check(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let file = folder.appending(path: name + ".txt")
    if ProcessInfo.processInfo.environment["APUS_REWRITE_EXPECTED"] != nil {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return
    }
    let expected = String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    #expect(text == expected, "Expected/\(name).txt", sourceLocation: sourceLocation)
  }

  /// A command, its exit code where it is not 0, and what it says.
  static func transcript(_ arguments: [String], _ result: Command.Result) -> String {
    let line = arguments.map { $0.contains { " ()'*".contains($0) } ? "'\($0)'" : $0 }.joined(separator: " ")
    return "$ apus \(line)\n" + result.out + result.err
      + (result.code == 0 ? "" : "(exit code \(result.code))\n")
  }
}
