import ApusCore
import Foundation
import Testing

@Suite struct TrainTests {
  @Test func leavesARunThatRepeats() throws {
    let command = try Command()
    let first = try command.run("train", "iris", "--seed", "3", "--epochs", "5", "--progress")
    #expect(first.code == 0, "\(first.err)")
    let folder = "runs/" + (command.files.first { $0.hasPrefix("runs/") }?.split(separator: "/")[1] ?? "")
    for name in ["model.safetensors", "config.yaml", "run.json", "history.csv"] {
      #expect(command.exists("\(folder)/\(name)"))
    }
    #expect(first.out.contains("apus evaluate \(folder)/model.safetensors"))
    #expect(first.out.contains("apus predict \(folder)/model.safetensors"))
    #expect(first.out.contains("±"))
    #expect(first.out.contains("training") && first.out.contains("validation"))
    // Not a terminal: one plain line an epoch, as asked.
    #expect(first.err.split(separator: "\n").count == 5)
    for text in [first.out, first.err] { #expect(!text.contains { $0 == "\r" || $0 == "\u{1B}" }) }
    #expect(first.out.split(separator: "\n").allSatisfy { $0.hasPrefix("  ·") || $0.count <= 80 })

    let again = try command.run(
      "train", "--config", "\(folder)/config.yaml", "--out", "again", "--quiet", "--threads", "1")
    #expect(again.code == 0, "\(again.err)")
    #expect(try command.bytes("again/model.safetensors") == command.bytes("\(folder)/model.safetensors"))
  }

  @Test func quietIsQuiet() throws {
    let result = try Command().run("train", "xor", "--quiet", "--epochs", "20")
    #expect(result.code == 0)
    #expect(result.out == "")
    #expect(result.err == "" || isDebugBuild(result.err))
  }

  @Test(arguments: [("iris", ["loss", "accuracy"]), ("fish", ["loss", "rmse", "mae", "r2"])])
  func jsonIsOneObject(data: String, metrics: [String]) throws {
    let result = try Command().run("train", data, "--json", "--epochs", "3", "--hidden", "8", "--out", "run")
    #expect(result.code == 0)
    let object = try StrictJSON.parse(result.out, name: "output")
    #expect(
      object.objectValue?.map(\.key) == [
        "task", "train", "validation", "test", "standardErrors", "epochs", "seconds", "samplesPerSecond",
        "parameters", "model", "kept", "stopReason", "threads", "instructionSet", "bestEpoch", "reasons",
      ])
    for part in ["train", "validation", "test"] {
      for metric in metrics { #expect(object[part]?[metric]?.doubleValue != nil, "\(part).\(metric)") }
    }
    #expect(object["epochs"]?.intValue == 3)
    #expect(object["model"]?.stringValue == "run/model.safetensors")
    #expect(result.err.contains("epoch"))
    let quiet = try Command().run("train", data, "--json", "--quiet", "--epochs", "3")
    #expect(quiet.err == "" || isDebugBuild(quiet.err))
    #expect(quiet.out.split(separator: "\n").count == 1)
  }

  @Test func standardInput() throws {
    let command = try Command()
    let result = try command.start(
      ["train", "-", "--quiet", "--epochs", "2", "--out", "run"], input: Sample.table()
    ).wait()
    #expect(result.code == 0, "\(result.err)")
    #expect(command.exists("run/model.safetensors"))
  }

  @Test func everyOption() throws {
    let command = try Command()
    try command.write("x.csv", Sample.table().replacing(",", with: ";"))
    try command.write("t.csv", Sample.table(rows: 30).replacing(",", with: ";"))
    let result = try command.run([
      "train", "x.csv", "--target", "3", "--task", "classification", "--hidden", "8,4", "--activation",
      "tanh",
      "--dropout", "0.1", "--epochs", "4", "--batch", "10", "--optimizer", "momentum(momentum: 0.8)",
      "--learning-rate", "0.05", "--schedule", "warmup(5), cosine(to: 0.001)", "--loss",
      "softmaxCrossEntropy", "--l2",
      "0.001", "--clip-norm", "1", "--validation", "0.2", "--test-data", "t.csv", "--early-stopping", "3",
      "--seed",
      "5", "--threads", "1", "--checkpoint-every", "4", "--header", "--delimiter", ";", "--decimal-mark", ".",
      "--leave-out", "b", "--profile", "--out", "run",
    ])
    #expect(result.code == 0, "\(result.err)")
    #expect(result.out.contains("GFLOP/s"))
    let configuration = try command.text("run/config.yaml")
    for word in ["tanh", "momentum: 0.8", "warmup", "clipNorm: 1", "checkpointEvery: 4", "t.csv"] {
      #expect(configuration.contains(word), "\(word) in \(configuration)")
    }
  }

  /// The column is no input, and an evaluation finds it.
  @Test func rowsHaveWeights() throws {
    let command = try Command()
    let rows = Sample.table().split(separator: "\n")
    let weighted =
      "\(rows[0]),count\n" + rows.dropFirst().enumerated().map { "\($1),\($0 % 4)\n" }.joined()
    try command.write("x.csv", weighted)
    let result = try command.run(
      "train", "x.csv", "--weights", "count", "--hidden", "4", "--epochs", "2", "--out", "run")
    #expect(result.code == 0, "\(result.err)")
    #expect(result.out.contains("column 3 \"y\" is the target, because of its name"))
    #expect(result.out.contains("column 4 \"count\" has the rows' weights, as asked"))
    #expect(result.out.contains("30 rows with a weight of 0 are left out"))
    #expect(try command.text("run/config.yaml").contains("weights: count"))
    let found = try command.run("evaluate", "run/model.safetensors", "x.csv")
    #expect(found.out.contains("x: 90 samples"), "\(found.out)")
    #expect(found.out.contains("rows count by their weights in column 4 \"count\""))
    try command.write("plain.csv", Sample.table())
    let plain = try command.run("evaluate", "run/model.safetensors", "plain.csv")
    #expect(plain.code == 0 && plain.out.contains("no column \"count\" of weights: each row counts once"))
    #expect(try command.run("predict", "run/model.safetensors", "plain.csv", "--out", "p.csv").code == 0)
    let described = try command.run("describe", "x.csv", "--weights", "count")
    #expect(described.out.contains("column 4 \"count\" has the rows' weights, as asked"))
    let checked = try command.run("check", "x.csv", "--weights", "count", "--hidden", "4", "--epochs", "2")
    #expect(!checked.out.contains("count"), "\(checked.out)")
  }

  @Test func flagsGoBeforeTheFile() throws {
    let command = try Command()
    try command.write(
      "c.yaml", "data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 2, batch: 8}\n")
    let result = try command.run(
      "train", "--config", "c.yaml", "--epochs", "3", "--quiet", "--json", "--out", "run")
    #expect(try StrictJSON.parse(result.out, name: "output")["epochs"]?.intValue == 3)
    #expect(try command.text("run/config.yaml").contains("batch: 8"))
  }

  /// What a file can say, flags can, and the reverse: the runs' configurations are the same, byte for byte.
  @Test(arguments: [
    (
      ["--loss", "softmaxCrossEntropy(classWeights: [1, 2])", "--layers", "[{dense: 6}, relu, {dense: 2}]"],
      "model: {layers: [{dense: 6}, relu, {dense: 2}]}\n"
        + "training: {epochs: 1, loss: {softmaxCrossEntropy: {classWeights: [1, 2]}}}"
    ),
    (
      [
        "--layers", "dense(6), residual([dense(6), relu]), dense(2)", "--freeze", "0", "--freeze", "1.0.bias",
      ],
      "model: {layers: [{dense: 6}, {residual: [{dense: 6}, relu]}, {dense: 2}]}\n"
        + #"training: {epochs: 1, freeze: ["0", 1.0.bias]}"#
    ),
    (
      ["--hidden", "none", "--scaling", "minMax", "--features", "polynomial, pca(2)", "--leave-out", "b"],
      "data: {scaling: minMax, features: [polynomial, {pca: 2}], leaveOut: b}\nmodel: {hidden: none}\n"
        + "training: {epochs: 1}"
    ),
    (
      [
        "--groups", #"[{path: "0", frozen: true}, {path: "2", rate: 0.1, l2: 0}]"#, "--hidden", "[4]",
        "--goal", "1e-9",
      ],
      "model: {hidden: [4]}\n"
        + #"training: {epochs: 1, goal: 1e-9, groups: [{path: "0", frozen: true}, {path: "2", rate: 0.1, l2: 0}]}"#
    ),
    (
      ["--folds", "3", "--fold", "2", "--prepare", "lsuv", "--hidden", "4", "--model", "mlp"],
      "data: {folds: 3, fold: 2}\nmodel: {family: mlp, hidden: 4}\ntraining: {epochs: 1, prepare: lsuv}"
    ),
  ])
  func flagsSayWhatAFileSays(_ flags: [String], _ yaml: String) throws {
    let command = try Command()
    try command.write("x.csv", Sample.table())
    try command.write("c.yaml", yaml + "\n")
    let common = ["train", "x.csv", "--quiet"]
    let first = try command.run(common + ["--epochs", "1", "--out", "a"] + flags)
    let second = try command.run(common + ["--config", "c.yaml", "--out", "b"])
    #expect(first.code == 0 && second.code == 0, "\(first.err)\(second.err)")
    #expect(try command.text("a/config.yaml") == command.text("b/config.yaml"))
    #expect(try command.bytes("a/model.safetensors") == command.bytes("b/model.safetensors"))
  }

  /// A file with folds and none of them named trains each of them, as the flag does.
  @Test func foldsOfAFile() throws {
    let command = try Command()
    try command.write(
      "c.yaml", "data: {source: iris, folds: 3}\nmodel: {hidden: [4]}\ntraining: {epochs: 1}\n")
    let result = try command.run("train", "--config", "c.yaml", "--quiet", "--out", "folds")
    #expect(result.code == 0 && command.exists("folds/fold-3/model.safetensors"), "\(result.err)")
  }

  /// A search needs no file.
  @Test func searchByFlags() throws {
    let command = try Command()
    let result = try command.run(
      "search", "iris", "--hidden", "4", "--epochs", "1", "--trials", "3", "--over",
      "{training.learningRate: {log: [1e-4, 1e-1]}, training.optimizer: [adam, {momentum: 0.95}]}", "--out",
      "s")
    #expect(result.code == 0 && command.exists("s/best.yaml"), "\(result.err)")
    #expect(try command.text("s/search.yaml").contains("training.learningRate:"))
  }

  private func isDebugBuild(_ text: String) -> Bool { text.hasPrefix("note: this is a debug build") }
}
