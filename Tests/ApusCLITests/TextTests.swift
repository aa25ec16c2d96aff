import ApusCore
import Foundation
import Testing

/// The command on a text: described, learned, written on.
@Suite struct TextTests {
  static let corpus = String(repeating: "the quick brown fox jumps over the lazy dog.\n", count: 60)

  static func trained(_ command: Command) throws {
    try command.write("corpus.txt", corpus)
    let result = try command.run([
      "train", "corpus.txt", "--model", "gpt(layers: 1, heads: 2, width: 16)", "--context", "16", "--steps",
      "60", "--learning-rate", "0.01", "--seed", "2", "--quiet", "--out", "m",
    ])
    #expect(result.code == 0, "\(result.err)")
  }

  @Test func described() throws {
    let command = try Command()
    try command.write("corpus.txt", Self.corpus)
    let result = try command.run("describe", "corpus.txt")
    #expect(result.code == 0)
    try Expected.check("describe-text", result.out)
  }

  @Test func trained() throws {
    let command = try Command()
    try command.write("corpus.txt", Self.corpus)
    let result = try command.run([
      "train", "corpus.txt", "--model", "gpt(layers: 1, heads: 2, width: 16)", "--context", "16", "--epochs",
      "2", "--out", "m", "--progress",
    ])
    #expect(result.code == 0, "\(result.err)")
    #expect(result.out.contains("2430 characters for training in 151 windows of 16, 270 for validation"))
    #expect(result.out.contains("  apus generate m/model.safetensors\n"))
    for metric in ["loss", "accuracy", "bitsPerCharacter", "perplexity"] {
      #expect(result.out.contains("  \(metric)"))
    }
    let lines = result.err.split(separator: "\n")
    #expect(
      lines.count == 2
        && lines.allSatisfy { $0.contains("validation loss") && $0.contains("bitsPerCharacter") })
    let history = try command.text("m/history.csv").split(separator: "\n")
    #expect(
      history[0]
        == "epoch,step,rate,training_loss,validation_loss,validation_accuracy,validation_bitsPerCharacter,validation_perplexity"
    )
    let evaluation = try command.run("evaluate", "m/model.safetensors", "corpus.txt")
    #expect(evaluation.code == 0 && evaluation.out.contains("perplexity"))
    #expect(try command.run("summary", "m/model.safetensors").out.contains("gpt"))
  }

  @Test func generates() throws {
    let command = try Command()
    try Self.trained(command)
    let arguments = ["generate", "m/model.safetensors", "--prompt", "the ", "--length", "90", "--seed", "4"]
    let first = try command.run(arguments)
    #expect(first.code == 0, "\(first.err)")
    #expect(first.out.hasPrefix("the ") && first.out.count == 4 + 90 + 1 && first.out.hasSuffix("\n"))
    #expect(first.err.hasPrefix("90 characters in "))
    #expect(try command.run(arguments).out == first.out)
    #expect(try command.run(arguments + ["--top-k", "3"]).out != first.out)
    #expect(
      try command.run(arguments + ["--temperature", "0"]).out
        == command.run(arguments.dropLast(2) + ["--top-k", "1"]).out)
    let json = try command.run(arguments + ["--json"])
    #expect(json.err == "")
    let object = try StrictJSON.parse(json.out, name: "output")
    #expect(
      object.objectValue?.map(\.key) == ["prompt", "text", "characters", "seconds", "charactersPerSecond"])
    #expect("the " + (object["text"]?.stringValue ?? "") + "\n" == first.out)
    // Without a prompt it begins a line.
    #expect(try command.run("generate", "m/model.safetensors", "--length", "5").out.count == 6)
  }

  @Test func endsCleanly() throws {
    let command = try Command()
    try Self.trained(command)
    let running = try command.start(["generate", "m/model.safetensors", "--length", "1000000000"])
    Thread.sleep(forTimeInterval: 0.5)
    running.send(SIGINT)
    let result = try running.wait()
    #expect(result.code == 130)
    #expect(result.out.hasSuffix("\n") && result.err.contains("characters/s"))
  }
}
