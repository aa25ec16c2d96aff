import Foundation
import Testing

/// What is wrong, how it is brought about, and what the message must name.
struct BadInput: CustomTestStringConvertible, Sendable {
  var name: String
  var arguments: [String]
  /// The place and the fix.
  var names: [String]
  var prepare: @Sendable (Command) throws -> Void = { _ in }

  var testDescription: String { name }

  static let all: [BadInput] = data + settings + models + texts

  private static let data = [
    BadInput(name: "an empty file", arguments: ["train", "x.csv"], names: ["x.csv", "empty"]) {
      try $0.write("x.csv", "")
    },
    BadInput(name: "a header alone", arguments: ["train", "x.csv"], names: ["x.csv", "no rows"]) {
      try $0.write("x.csv", "a,b,y\n")
    },
    BadInput(name: "one row", arguments: ["train", "x.csv"], names: ["x.csv"]) {
      try $0.write("x.csv", "a,b,y\n1,2,yes\n")
    },
    BadInput(name: "one class", arguments: ["train", "x.csv"], names: ["x.csv", "column 3", "two classes"]) {
      try $0.write("x.csv", Sample.table { _ in "same" })
    },
    BadInput(
      name: "a target that is not there", arguments: ["train", "x.csv", "--target", "z"],
      names: ["x.csv", "\"z\"", "there are: a, b, y"]
    ) { try $0.write("x.csv", Sample.table()) },
    BadInput(name: "a binary file", arguments: ["train", "x.bin"], names: ["x.bin", "binary"]) {
      try $0.write("x.bin", bytes: (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 167 ^ $0 >> 3) })
    },
    BadInput(
      name: "a folder without IDX", arguments: ["train", "folder"], names: ["folder", "train-images"]
    ) {
      try $0.write("folder/notes.txt", "nothing")
    },
    BadInput(name: "images ≠ labels", arguments: ["train", "set"], names: ["10 images", "9 labels"]) {
      try $0.write("set/train-images-idx3-ubyte", bytes: Sample.idx(0x803, [10, 4, 4], bytes: 160))
      try $0.write("set/train-labels-idx1-ubyte", bytes: Sample.idx(0x801, [9], bytes: 9))
    },
    BadInput(name: "10⁹ claimed rows", arguments: ["train", "set"], names: ["idx", "1000000000"]) {
      try $0.write(
        "set/train-images-idx3-ubyte", bytes: Sample.idx(0x803, [1_000_000_000, 28, 28], bytes: 100))
      try $0.write("set/train-labels-idx1-ubyte", bytes: Sample.idx(0x801, [1_000_000_000], bytes: 100))
    },
    BadInput(name: "a truncated .gz", arguments: ["train", "x.csv.gz"], names: ["x.csv.gz", "truncated"]) {
      try $0.write("x.csv.gz", bytes: truncatedGzip)
    },
    BadInput(name: "no such file", arguments: ["train", "missing.csv"], names: ["missing.csv", "path"]),
    BadInput(name: "no such data set", arguments: ["train", "irs"], names: ["did you mean iris?"]),
  ]

  private static let settings = [
    BadInput(
      name: "--hidden 0", arguments: ["train", "iris", "--hidden", "0"], names: ["--hidden", "64,64"]),
    BadInput(
      name: "--hidden abc", arguments: ["train", "iris", "--hidden", "abc"], names: ["--hidden", "64,64"]),
    BadInput(
      name: "--epochs -1", arguments: ["train", "iris", "--epochs", "-1"], names: ["--epochs", "0 or more"]),
    BadInput(
      name: "--epochs many", arguments: ["train", "iris", "--epochs", "many"],
      names: ["--epochs", "a whole number"]),
    BadInput(
      name: "an unknown task", arguments: ["train", "iris", "--task", "regresion"],
      names: ["--task", "did you mean “regression”?"]),
    BadInput(
      name: "two test parts", arguments: ["train", "iris", "--test", "0.2", "--test-data", "x.csv"],
      names: ["--test", "--test-data"]),
    BadInput(
      name: "a value of a file", arguments: ["train", "iris", "--config", "c.yaml"],
      names: ["c.yaml, training.batch", "1 or more"]
    ) { try $0.write("c.yaml", "training: {batch: 0}\n") },
    BadInput(
      name: "brackets that stay open", arguments: ["train", "iris", "--layers", "[{dense: 8}, relu"],
      names: ["--layers", "closing"]),
    BadInput(
      name: "a layer that is not there", arguments: ["train", "iris", "--layers", "[{dense: 8}, rleu]"],
      names: ["--layers", "did you mean “relu”?"]),
    BadInput(
      name: "a group without a path", arguments: ["train", "iris", "--groups", "[{rate: 0.1}]"],
      names: ["--groups", "path"]),
    BadInput(
      name: "a range that a setting does not take",
      arguments: ["search", "iris", "--over", "{model.dropout: {uniform: [0, 2]}}"],
      names: ["model.dropout", "less than 1"]),
    BadInput(
      name: "--batch 0", arguments: ["train", "iris", "--batch", "0"], names: ["--batch", "1 or more"]),
    BadInput(
      name: "--dropout 1", arguments: ["train", "iris", "--dropout", "1"],
      names: ["--dropout", "less than 1"]),
    BadInput(
      name: "--test 1.5", arguments: ["train", "iris", "--test", "1.5"], names: ["--test", "less than 1"]),
    BadInput(name: "--l2 nan", arguments: ["train", "iris", "--l2", "nan"], names: ["--l2", "0 or more"]),
    BadInput(
      name: "--threads 0", arguments: ["train", "iris", "--threads", "0"], names: ["--threads", "1024"]),
    BadInput(name: "--rows 1", arguments: ["train", "moons", "--rows", "1"], names: ["--rows", "2"]),
    BadInput(
      name: "an unknown model", arguments: ["train", "iris", "--model", "softmx"],
      names: ["--model", "did you mean “softmax”?"]),
    BadInput(
      name: "a model for another task", arguments: ["train", "fish", "--quiet", "--model", "logistic"],
      names: ["model.family", "classification", "use linear"]),
    BadInput(
      name: "hidden layers of a model without",
      arguments: ["train", "iris", "--model", "svm", "--hidden", "8"],
      names: ["svm", "hidden"]),
    BadInput(
      name: "a target of several that is not there",
      arguments: ["train", "iris", "--target", "species", "--target", "spcies"],
      names: ["spcies", "did you mean"]),
    BadInput(
      name: "an unknown activation", arguments: ["train", "iris", "--activation", "rleu"],
      names: ["--activation", "did you mean “relu”?"]),
    BadInput(
      name: "an unknown schedule", arguments: ["train", "iris", "--schedule", "warmup(10), cosin"],
      names: ["--schedule", "did you mean “cosine”?"]),
    BadInput(
      name: "an unknown parameter", arguments: ["train", "iris", "--optimizer", "adam(beta: 0.8)"],
      names: ["--optimizer", "beta1"]),
    BadInput(
      name: "a loss for numbers", arguments: ["train", "fish", "--quiet", "--loss", "softmaxCrossEntropy"],
      names: ["softmaxCrossEntropy", "squaredError"]),
    BadInput(
      name: "an unknown key", arguments: ["train", "iris", "--config", "c.yaml"],
      names: ["c.yaml", "did you mean “training.epochs”?"]
    ) { try $0.write("c.yaml", "training: {epoch: 3}\n") },
    BadInput(name: "no YAML", arguments: ["train", "iris", "--config", "c.yaml"], names: ["c.yaml"]) {
      try $0.write("c.yaml", "a: [1\n")
    },
    BadInput(
      name: "rows of a real table", arguments: ["describe", "x.csv", "--rows", "5"],
      names: ["x.csv", "isn't generated", "leave rows out"]
    ) { try $0.write("x.csv", Sample.table()) },
    BadInput(
      name: "a seed of real data", arguments: ["describe", "iris", "--seed", "3"],
      names: ["iris", "--seed"]),
    BadInput(
      name: "a delimiter of images", arguments: ["describe", "digits", "--delimiter", ";"],
      names: ["digits", "--delimiter"]),
    BadInput(
      name: "a header of a built-in table", arguments: ["describe", "iris", "--no-header"],
      names: ["iris", "--no-header"]),
    BadInput(
      name: "the target left out", arguments: ["train", "x.csv", "--leave-out", "a,y"],
      names: ["x.csv", "\"y\"", "--target"]
    ) { try $0.write("x.csv", Sample.table()) },
    BadInput(
      name: "weights that are not there", arguments: ["train", "x.csv", "--weights", "bb"],
      names: ["x.csv", "\"bb\"", "did you mean"]
    ) { try $0.write("x.csv", Sample.table()) },
    BadInput(
      name: "weights that are the target", arguments: ["check", "x.csv", "--target", "y", "--weights", "y"],
      names: ["x.csv", "\"y\"", "--target"]
    ) { try $0.write("x.csv", Sample.table()) },
    BadInput(
      name: "a negative weight", arguments: ["train", "x.csv", "--weights", "w"],
      names: ["x.csv, row 2, column 2 \"w\"", "\"-1\"", "0 or a positive number", "leaves the row out"]
    ) { try $0.write("x.csv", "a,w,y\n1,1,2\n2,-1,3\n3,1,5\n") },
    BadInput(
      name: "weights that are all 0", arguments: ["train", "x.csv", "--weights", "w"],
      names: ["x.csv, column 2 \"w\"", "all 3 rows", "another column"]
    ) { try $0.write("x.csv", "a,w,y\n1,0,2\n2,0,3\n3,0,5\n") },
    BadInput(
      name: "weights of images", arguments: ["train", "digits", "--weights", "w"], names: ["data.weights"]),
    BadInput(
      name: "early stopping by no rows",
      arguments: ["train", "iris", "--validation", "0", "--early-stopping", "3"],
      names: ["training.earlyStopping", "--validation 0.1"]),
    BadInput(
      name: "the best epoch by no rows", arguments: ["train", "xor", "--keep", "best"],
      names: ["training.keep"]),
    BadInput(
      name: "more snapshots than epochs",
      arguments: ["train", "iris", "--epochs", "2", "--ensemble", "snapshots(5)"],
      names: ["training.ensemble", "5 snapshots"]),
    BadInput(
      name: "dropout of no layers", arguments: ["train", "iris", "--hidden", "none", "--dropout", "0.2"],
      names: ["model.dropout", "hidden layers"]),
    BadInput(
      name: "standard input twice", arguments: ["train", "-", "--test-data", "/dev/stdin"],
      names: ["standard input", "as the data and as the test data"]),
    BadInput(
      name: "an unwritable folder", arguments: ["train", "iris", "--quiet", "--out", "file/run"],
      names: ["file/run", "--out"]
    ) { try $0.write("file", "not a folder") },
    BadInput(
      name: "nothing to resume", arguments: ["train", "--resume", "none"], names: ["none", "--resume"]),
  ]

  /// Each with `m/model.safetensors`, trained on `x.csv`.
  private static let models = [
    BadInput(
      name: "a model file from another task", arguments: ["evaluate", "m/model.safetensors", "digits"],
      names: ["trained on a table"], prepare: train),
    BadInput(
      name: "a column missing at prediction",
      arguments: ["predict", "m/model.safetensors", "z.csv", "--out", "p.csv"],
      names: ["z.csv", "\"b\""]
    ) {
      try train($0)
      try $0.write("z.csv", "a,c\n1,2\n")
    },
    BadInput(
      name: "no target to compare with", arguments: ["evaluate", "m/model.safetensors", "z.csv"],
      names: ["z.csv", "apus predict"]
    ) {
      try train($0)
      try $0.write("z.csv", "a,b\n1,2\n")
    },
    BadInput(
      name: "a folder that is not there",
      arguments: ["predict", "m/model.safetensors", "x.csv", "--out", "no/p.csv"],
      names: ["no/p.csv", "choose a folder"], prepare: train),
    BadInput(
      name: "no model file", arguments: ["evaluate", "x.csv", "x.csv"], names: ["x.csv", "safetensors"],
      prepare: train),
    BadInput(
      name: "a truncated model file", arguments: ["summary", "t.safetensors"], names: ["t.safetensors"]
    ) {
      try train($0)
      try $0.write("t.safetensors", bytes: Array($0.bytes("m/model.safetensors").dropLast(7)))
    },
    BadInput(
      name: "another run's data", arguments: ["train", "iris", "--resume", "m"], names: ["x.csv", "--out"],
      prepare: train),
  ]

  /// Each with `m/model.safetensors`, trained on `corpus.txt`.
  private static let texts = [
    BadInput(
      name: "a model for tables on a text", arguments: ["train", "corpus.txt", "--quiet", "--model", "mlp"],
      names: ["model.family", "use gpt"]
    ) { try $0.write("corpus.txt", TextTests.corpus) },
    BadInput(
      name: "a model for texts on a table", arguments: ["train", "iris", "--quiet", "--model", "gpt"],
      names: ["model.family", "use mlp"]),
    BadInput(
      name: "heads that do not divide the width",
      arguments: ["train", "corpus.txt", "--model", "gpt(heads: 3)"],
      names: ["--model", "a divisor of the width 128"]
    ) { try $0.write("corpus.txt", TextTests.corpus) },
    BadInput(
      name: "a text shorter than a window",
      arguments: ["train", "corpus.txt", "--quiet", "--context", "3000"],
      names: ["corpus.txt", "2430 characters", "more than 3000"]
    ) { try $0.write("corpus.txt", TextTests.corpus) },
    BadInput(
      name: "--context 0", arguments: ["train", "corpus.txt", "--context", "0"], names: ["--context", "1"]),
    BadInput(
      name: "a context for a table", arguments: ["train", "iris", "--quiet", "--context", "8"],
      names: ["texts"]),
    BadInput(
      name: "a text in no known encoding", arguments: ["train", "corpus.txt"], names: ["corpus.txt", "UTF-8"]
    ) { try $0.write("corpus.txt", bytes: [0x61, 0x81, 0x62]) },
    BadInput(
      name: "epochs and steps", arguments: ["train", "iris", "--epochs", "3", "--steps", "9"],
      names: ["--steps"]),
    BadInput(
      name: "predictions of a model of texts", arguments: ["predict", "m/model.safetensors", "corpus.txt"],
      names: ["apus generate"], prepare: TextTests.trained),
    BadInput(
      name: "a text from a model of a table", arguments: ["generate", "m/model.safetensors"],
      names: ["m/model.safetensors", "not trained on a text"], prepare: train),
    BadInput(
      name: "a character that the model does not know",
      arguments: ["generate", "m/model.safetensors", "--prompt", "The fox"],
      names: ["--prompt", "character 1", "“T”", "leave it out"], prepare: TextTests.trained),
    BadInput(
      name: "--temperature -1", arguments: ["generate", "m/model.safetensors", "--temperature", "-1"],
      names: ["--temperature", "0 or more"]),
    BadInput(
      name: "--top-k 0", arguments: ["generate", "m/model.safetensors", "--top-k", "0"],
      names: ["--top-k", "1 or more"]),
    BadInput(
      name: "--length 0", arguments: ["generate", "m/model.safetensors", "--length", "0"],
      names: ["--length", "1 or more"]),
  ]

  private static let train: @Sendable (Command) throws -> Void = { command in
    try command.write("x.csv", Sample.table())
    try command.run("train", "x.csv", "--quiet", "--hidden", "4", "--epochs", "2", "--out", "m")
  }

  /// "a,b,y\n1,2,3\n" many times over, compressed, without its end.
  private static let truncatedGzip: [UInt8] =
    [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4B, 0xD4, 0x49, 0xD2, 0xA9]
}

@Suite struct BadInputTests {
  @Test(arguments: BadInput.all)
  func isRefused(_ bad: BadInput) throws {
    let command = try Command()
    try bad.prepare(command)
    let before = command.files
    let result = try command.run(bad.arguments)
    #expect(result.code == 1, "\(result.err)")
    #expect(result.err.hasPrefix("error: "))
    #expect(result.err.split(separator: "\n").count <= 3)
    #expect(!result.err.contains("\u{1B}"))
    #expect(result.out == "")
    for name in bad.names { #expect(result.err.contains(name), "\(result.err)") }
    // No partial files.
    #expect(command.files == before)
  }

  /// One file with the messages themselves.
  @Test func messages() throws {
    var text = ""
    for bad in BadInput.all {
      let command = try Command()
      try bad.prepare(command)
      text += "# \(bad.name)\n" + Expected.transcript(bad.arguments, try command.run(bad.arguments)) + "\n"
    }
    try Expected.check("bad-input", text)
  }

  @Test(arguments: [
    ["iris", "--learning-rate", "1e6"], ["fish", "--optimizer", "sgd", "--learning-rate", "1e6"],
  ])
  func divergenceIsSaid(arguments: [String]) throws {
    let command = try Command()
    let result = try command.run(["train"] + arguments + ["--quiet", "--out", "run"])
    #expect(result.code == 1)
    #expect(result.err.contains("diverges"))
    #expect(result.err.contains("learning rate"))
    #expect(result.out == "")
  }

  /// An old model stays as it was.
  @Test func lastGoodStateIsKept() throws {
    let command = try Command()
    try command.write("x.csv", Sample.table())
    #expect(try command.run("train", "x.csv", "--quiet", "--out", "run", "--epochs", "2").code == 0)
    let old = try command.bytes("run/model.safetensors")
    #expect(try command.run("train", "x.csv", "--quiet", "--out", "run", "--target", "nope").code == 1)
    #expect(try command.bytes("run/model.safetensors") == old)
    #expect(!command.files.contains { $0.hasSuffix(".tmp") })
  }
}

@Suite struct HandledInputTests {
  /// Exit code 0, and a word about it.
  @Test(arguments: [
    (
      "missing cells",
      "a,b,y\n"
        + (0..<60).map {
          "\($0 % 7 == 0 ? "" : "\($0)"),\($0 % 5 == 0 ? "NaN" : "\($0 % 9)"),\($0 > 30 ? "p" : "q")\n"
        }.joined(), "missing"
    ),
    (
      "a column all missing", "a,b,y\n" + (0..<60).map { "\($0),,\($0 > 30 ? "p" : "q")\n" }.joined(),
      "\"b\" is left out"
    ),
    (
      "duplicate rows", "a,y\n" + (0..<60).map { "\($0 % 10),\($0 % 10 > 4 ? "p" : "q")\n" }.joined(),
      "equal to an earlier one"
    ),
    (
      "a rare class", "a,y\n" + (0..<60).map { "\($0),\($0 == 3 ? "rare" : $0 > 30 ? "p" : "q")\n" }.joined(),
      "rare"
    ),
  ])
  func isSaid(name: String, table: String, word: String) throws {
    let command = try Command()
    try command.write("x.csv", table)
    let result = try command.run("train", "x.csv", "--epochs", "2", "--out", "run")
    #expect(result.code == 0, "\(name): \(result.err)")
    #expect(result.out.contains(word), "\(name): \(result.out)")
    #expect(command.exists("run/model.safetensors"))
  }

  /// A run's folder of the same name, say.
  @Test func aFolderHidesABuiltInSet() throws {
    let command = try Command()
    try command.write("moons/config.yaml", "")
    let result = try command.run("describe", "moons")
    #expect(result.code == 1)
    #expect(result.err.contains("hides the built-in data set"))
  }
}
