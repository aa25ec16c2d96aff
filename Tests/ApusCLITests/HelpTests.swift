import Foundation
import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    "", "train", "evaluate", "predict", "generate", "summary", "describe", "list", "check", "gradcheck",
    "search", "prepare", "lab", "playground",
  ])
  func help(command name: String) throws {
    let result = try Command().run((name.isEmpty ? [] : [name]) + ["--help"])
    #expect(result.code == 0)
    #expect(result.err == "")
    #expect(result.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try Expected.check(name.isEmpty ? "help" : "help-\(name)", result.out)
  }

  @Test func version() throws {
    let result = try Command().run("--version")
    #expect(result.code == 0)
    #expect(result.out.split(separator: ".").count == 3)
  }

  @Test func everyName() throws {
    let result = try Command().run("list")
    #expect(result.code == 0)
    try Expected.check("list", result.out)
    let activations = try Command().run("list", "activations")
    #expect(result.out.contains(activations.out))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let result = try Command().run("--generate-completion-script", shell)
    #expect(result.code == 0)
    for name in ["learning-rate", "describe", "softmax"] { #expect(result.out.contains(name)) }
  }

  /// One file with how mistakes in the usage look: exit code 64.
  @Test func usageErrors() throws {
    let mistakes = [
      ["train"], ["train", "iris", "--hiden", "3"], ["train", "iris", "--epochs"],
      ["train", "--resume", "x", "--epochs", "3"],
      ["train", "--resume", "x", "--out", "y"], ["evaluate", "model"], ["predict"], ["generate"], ["summary"],
      ["check"], ["gradcheck"],
      ["list", "colors"],
      ["trian"], ["trian", "digits"], ["nonsense"],
    ]
    var text = ""
    for arguments in mistakes {
      let result = try Command().run(arguments)
      #expect(result.code == 64)
      text += Expected.transcript(arguments, result) + "\n"
    }
    try Expected.check("usage-errors", text)
  }
}
