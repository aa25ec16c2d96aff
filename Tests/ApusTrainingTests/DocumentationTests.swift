import Apus
import Foundation
import Testing

/// The documents say what the code does.
@Suite struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The fenced blocks of a language.
  private func blocks(_ language: String, in document: String) throws -> [String] {
    try text(document).components(separatedBy: "```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  /// The library example is a program that `.ci/run` builds and runs.
  @Test(arguments: ["README.md", "Sources/Apus/Apus.docc/Apus.md"])
  func theLibrarysExampleIsAProgram(_ document: String) throws {
    let program = try text("Tests/Consumers/LibraryUser/Sources/digits/main.swift")
    #expect(try blocks("swift", in: document).contains(program))
  }

  @Test func theReadmeNamesBothCommands() throws {
    let readme = try text("README.md")
    #expect(readme.contains("\n$ swift run -c release apus train digits\n"))
    #expect(readme.contains("\n$ swift test -c release\n"))
    #expect(readme.contains("<!-- benchmarks: written by Benchmarks/compare.py --readme -->\n"))
  }

  /// The documented activation is the package's own, word by word.
  @Test func theDocumentedActivation() throws {
    let compiled = try text("Sources/ApusNN/Activations/LeakyReLU.swift")
    #expect(try blocks("swift", in: "CONTRIBUTING.md").contains(compiled))
  }

  /// One file names the C library, and one folder calls it, as `CONTRIBUTING.md` says.
  @Test func theSystemIsImportedOnce() throws {
    let sources = Self.root.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var importers: [String] = []
    var callers: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let imported = lines.map { $0.split(separator: " ").suffix(2) }.filter { $0.first == "import" }
        .compactMap(\.last)
      if imported.contains(where: { ["Glibc", "Musl", "Darwin"].contains($0) }) {
        importers.append(file.lastPathComponent)
      }
      if imported.contains("ApusSystem") {
        callers.insert(file.deletingLastPathComponent().lastPathComponent)
      }
    }
    #expect(importers == ["System.swift"])
    #expect(callers == ["Platform"])
  }

  /// Files and folders that the documents name are there.
  @Test(arguments: ["README.md", "CONTRIBUTING.md", "Benchmarks/README.md"])
  func namedFilesExist(_ document: String) throws {
    let words = try text(document).components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }
      .map(\.element)
    let folders = ["Sources/", "Tests/", "Benchmarks/"]
    let beside = document.hasPrefix("Benchmarks/") ? "Benchmarks/" : ""
    for word in words
    where folders.contains(where: { word.hasPrefix($0) }) && !word.contains(where: { " \n…".contains($0) }) {
      // Made on first use.
      guard !word.hasSuffix(".venv") else { continue }
      let places = [word, beside + word].map { Self.root.appendingPathComponent($0).path }
      #expect(places.contains { FileManager.default.fileExists(atPath: $0) }, "\(word)")
    }
  }

  /// Each example of the table of families is a file, and each protocol's table has its types.
  @Test func theTableOfFamilies() throws {
    for line in try text("CONTRIBUTING.md").split(separator: "\n") where line.contains("| `Sources/Apus") {
      let code = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      let (folder, example) = (code[0], try #require(code.last))
      #expect(FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(folder + example).path))
      // A table that doesn't stand beside its items has its folder, of the same target.
      let target = folder.split(separator: "/")[..<2].joined(separator: "/")
      let protocolFile = code[3].contains("/") ? "\(target)/\(code[3])" : folder + code[3]
      let name = try #require(code[2].split(separator: ".").last)
      #expect(try text(protocolFile).contains("static let \(name)"), "\(code[2]) in \(protocolFile)")
    }
  }
}
