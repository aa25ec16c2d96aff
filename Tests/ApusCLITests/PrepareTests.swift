import Foundation
import Testing

/// A prepared file in place of a table: the same model, metrics and predictions, to the byte.
@Suite struct PrepareTests {
  /// Numbers with gaps, skewed ones, categories, words for yes and no, dates.
  private static func table(_ rows: Int, target: (Int) -> String) -> String {
    var lines = ["size,price,kind,open,sold,target"]
    var state: UInt64 = 88_172_645_463_325_252
    func random() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) * 0x1p-53
    }
    for row in 0..<rows {
      let size = random() < 0.1 ? "" : "\(random() * 10 - 5)"
      lines.append(
        "\(size),\(1 / (random() + 1e-3)),\(["a", "b", "c"][Int(random() * 3)]),"
          + "\(random() < 0.5 ? "yes" : "no"),2024-0\(1 + Int(random() * 9))-1\(Int(random() * 9)),\(target(row))"
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func same(_ command: Command, _ data: String, _ flags: [String]) throws {
    for (source, out) in [(data, "memory"), ("t.apus", "file")] {
      let result = try command.run(
        ["train", source, "--quiet", "--epochs", "3", "--hidden", "8", "--seed", "2", "--out", out] + flags)
      #expect(result.code == 0, "\(result.err)")
    }
    #expect(
      try command.bytes("memory/model.safetensors") == command.bytes("file/model.safetensors"), "\(flags)")
    for folder in ["memory", "file"] {
      try? FileManager.default.removeItem(at: command.folder.appending(path: folder))
    }
  }

  @Test func trainingGivesTheBitsOfTheTable() throws {
    let command = try Command()
    try command.write("t.csv", Self.table(700) { "\(Double($0 % 17) * 1.5)" })
    let prepared = try command.run(["prepare", "t.csv", "t.apus"])
    #expect(prepared.code == 0 && prepared.out.contains("700 rows of 6 columns"), "\(prepared.err)")
    try same(command, "t.csv", ["--task", "regression"])
    try same(command, "t.csv", ["--task", "regression", "--order", "blocks(16)", "--batch", "32"])
    try same(command, "t.csv", ["--task", "classification", "--scaling", "minMax"])
    try same(command, "t.csv", ["--features", "pca(components: 3)", "--task", "regression"])
  }

  @Test func otherCommandsTakeIt() throws {
    let command = try Command()
    try command.write("t.csv", Self.table(400) { ["red", "green", "blue"][$0 % 3] })
    #expect(try command.run(["prepare", "t.csv", "t.apus"]).code == 0)
    try same(command, "t.csv", [])
    #expect(
      try command.run(["train", "t.csv", "--quiet", "--epochs", "2", "--out", "run"]).code == 0)
    let model = "run/model.safetensors"
    for arguments in [["evaluate", model], ["predict", model, "--probabilities"], ["describe"]] {
      let memory = try command.run(
        arguments.count > 1 ? Array(arguments[..<2]) + ["t.csv"] + arguments[2...] : arguments + ["t.csv"])
      let file = try command.run(
        arguments.count > 1 ? Array(arguments[..<2]) + ["t.apus"] + arguments[2...] : arguments + ["t.apus"])
      #expect(memory.code == 0 && file.code == 0, "\(memory.err)\(file.err)")
      func plain(_ text: String) -> String { text.replacingOccurrences(of: "t.apus", with: "t.csv") }
      #expect(plain(file.out) == memory.out && plain(file.err) == memory.err, "\(arguments)")
    }
  }

  /// A table that would not fit is prepared in the cache folder, used, and gone.
  @Test func whatDoesNotFitIsPrepared() throws {
    let command = try Command()
    try command.write("t.csv", Self.table(12_000) { "\(Double($0 % 17) * 1.5)" })
    let environment = ["APUS_MEMORY": "1", "XDG_CACHE_HOME": command.folder.path + "/cache"]
    let arguments = ["train", "t.csv", "--epochs", "2", "--task", "regression", "--seed", "5", "--out"]
    #expect(try command.run(arguments + ["memory", "--quiet"]).code == 0)
    let result = try command.run(arguments + ["file"], environment: environment)
    #expect(
      result.code == 0 && (result.out + result.err).contains("in a file in"), "\(result.err)\(result.out)")
    #expect(
      try command.bytes("memory/model.safetensors") == command.bytes("file/model.safetensors"))
    let cache = try FileManager.default.contentsOfDirectory(atPath: command.folder.path + "/cache/apus")
    #expect(cache.isEmpty)
    let predictions = ["predict", "memory/model.safetensors", "t.csv"]
    let (memory, file) = (
      try command.run(predictions), try command.run(predictions, environment: environment)
    )
    #expect(memory.code == 0 && memory.out == file.out && file.err.contains("in a file in"))
    let wrong = try command.run(predictions, environment: ["APUS_MEMORY": "much"])
    #expect(wrong.code == 1 && wrong.err.contains("APUS_MEMORY"))
  }

  /// Images and texts too: from memory, from a prepared file, and where they would not fit.
  @Test func imagesAndTexts() throws {
    let command = try Command()
    try command.write("t.txt", String(repeating: "to be, or not to be; that is the question. ", count: 60))
    try command.write(
      "long.txt", String(repeating: "to be, or not to be; that is the question. ", count: 28_000))
    let text = try command.run(["prepare", "t.txt", "t.apus"])
    #expect(
      text.code == 0 && text.out.contains("2,580 characters, 16 of them different"), "\(text.out)\(text.err)")
    let images = try command.run(["prepare", "digits", "digits.apus"])
    #expect(images.code == 0 && images.out.contains("images of 8 × 8 × 1"), "\(images.out)\(images.err)")
    let flags = ["--quiet", "--seed", "2", "--steps", "4"]
    func train(_ data: String, _ out: String, _ more: [String], _ environment: [String: String] = [:]) throws
    {
      let result = try command.run(
        ["train", data, "--out", out] + flags + more, environment: environment)
      #expect(result.code == 0, "\(result.err)")
    }
    let gpt = ["--model", "gpt(layers: 1, heads: 2, width: 8)", "--context", "8"]
    let small = ["APUS_MEMORY": "1", "XDG_CACHE_HOME": command.folder.path + "/cache"]
    for (data, file, more) in [("t.txt", "t.apus", gpt), ("digits", "digits.apus", ["--hidden", "8"])] {
      try train(data, "memory", more)
      try train(file, "file", more)
      #expect(
        try command.bytes("memory/model.safetensors") == command.bytes("file/model.safetensors"), "\(data)")
      let (a, b) = (
        try command.run(["evaluate", "memory/model.safetensors", data]),
        try command.run(["evaluate", "memory/model.safetensors", file])
      )
      #expect(a.code == 0 && a.out == b.out, "\(a.out)\(b.out)\(a.err)\(b.err)")
      for folder in ["memory", "file"] {
        try? FileManager.default.removeItem(at: command.folder.appending(path: folder))
      }
    }
    try train("long.txt", "memory", gpt)
    try train("long.txt", "file", gpt, small)
    #expect(try command.bytes("memory/model.safetensors") == command.bytes("file/model.safetensors"))
    let size = try command.run(["prepare", "t.txt", "x.apus", "--size", "8"])
    #expect(size.code == 1 && size.err.contains("the form of pictures is given"), "\(size.err)")
    let again = try command.run(["prepare", "t.apus", "x.apus"])
    #expect(again.code == 1 && again.err.contains("is prepared already"), "\(again.err)")
  }

  @Test func mistakes() throws {
    let command = try Command()
    try command.write("t.csv", "a,b\n1,2\n3,4\n")
    let same = try command.run(["prepare", "t.csv", "t.csv"])
    #expect(same.code == 1 && same.err.contains("would be replaced"))
    let folder = try command.run(["prepare", "t.csv", "nowhere/t.apus"])
    #expect(folder.code == 1 && folder.err.contains("nowhere/t.apus"))
    try command.write("bad.csv", "a,b\n1,2\n3,4,5\n")
    let bad = try command.run(["prepare", "bad.csv", "t.apus"])
    #expect(bad.code == 1 && bad.err.contains("row 2") && !command.exists("t.apus"))
  }
}
