import Foundation
import Testing

/// `apus search` by several processes.
@Suite struct SearchCommandTests {
  private let command: Command

  init() throws {
    command = try Command()
    try command.write(
      "s.yaml",
      """
      data: {source: iris}
      model: {hidden: [4]}
      training: {epochs: 4}
      search: {trials: 6, halving: 2, over: {training.learningRate: {log: [1e-4, 1e-1]}}}
      """)
  }

  /// Processes that begin at the same moment in a folder that isn't there yet.
  @Test func processesJoin() throws {
    let alone = try command.run("search", "--config", "s.yaml", "--out", "alone")
    #expect(alone.code == 0, "\(alone.err)")
    let processes = try (0..<3).map { _ in
      try command.start(
        ["search", "--config", "s.yaml", "--join", "many"], environment: ["APUS_THREADS": "1"])
    }
    for process in processes {
      let result = try process.wait()
      #expect(result.code == 0, "\(result.err)")
      #expect(result.out.hasSuffix("best: apus train --config many/best.yaml\npicture: many/search.svg\n"))
    }
    for name in ["search.json", "best.yaml", "search.svg"] {
      #expect(try command.text("many/\(name)") == command.text("alone/\(name)"), "\(name)")
    }
    // Who comes later finds everything done, and needs no settings.
    let late = try command.run("search", "--join", "many")
    #expect(late.code == 0 && late.err == "many: 6 of 6 trials are done\n", "\(late.err)")
    #expect(late.out.contains("many/best.yaml"))
  }

  @Test func mistakes() throws {
    let none = try command.run("search", "--join", "nowhere")
    #expect(none.code == 1)
    #expect(
      none.err
        == "error: nowhere: holds no search\n  expected search.yaml in it\n"
        + "  begin one with apus search --config FILE --out nowhere, or give --config with --join\n")
    for others in [["--resume", "a"], ["--out", "a"], ["--overwrite"]] {
      let result = try command.run(["search", "--join", "b"] + others)
      #expect(result.code == 64, "\(result.err)")
      #expect(result.err.contains("--join works in a folder beside others"), "\(result.err)")
    }
    #expect(try command.run("search", "--config", "s.yaml", "--out", "a").code == 0)
    let other = try command.run("search", "--join", "a", "--seed", "5")
    #expect(other.code == 1)
    #expect(other.err.contains("training.seed is not given in its search.yaml, and 5 here"), "\(other.err)")
  }
}
