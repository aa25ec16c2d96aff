import Foundation
import Testing

@Suite struct PlotTests {
  @Test(
    arguments: [
      "", "curves", "activations", "weights", "graph", "landscape", "regions", "histograms", "saliency",
      "search", "excitation", "attention", "probes", "ablation", "segment", "gradient-noise", "rows", "width",
    ])
  func help(picture: String) throws {
    let result = try Command().run(["plot"] + (picture.isEmpty ? [] : [picture]) + ["--help"])
    #expect(result.code == 0)
    try Expected.check(picture.isEmpty ? "help-plot" : "help-plot-\(picture)", result.out)
  }

  /// Those that are named, with their parameters; layers that learn their activation with their first weights.
  @Test func activationsByName() throws {
    let command = try Command()
    let one = try command.run("plot", "activations", "leakyReLU(slope: 0.1)", "--out", "a.svg")
    #expect(one.code == 0, "\(one.err)")
    let svg = try command.text("a.svg")
    #expect(svg.contains("leakyReLU(slope: 0.1)") && !svg.contains(">tanh<"))
    try command.run("plot", "activations", "prelu", "maxout", "relu", "--out", "b.svg")
    let three = try command.text("b.svg")
    #expect(three.contains("prelu, first weights") && three.contains("maxout, first weights"))
    #expect(three.contains(">relu<"))
    #expect(try command.text("b.svg").count > svg.count)
    try command.run("plot", "activations", "--out", "all.svg")
    let all = try command.text("all.svg")
    #expect(all.contains("prelu, first weights") && all.contains(">mish<"))
    let wrong = try command.run("plot", "activations", "reelu")
    #expect(wrong.code != 0 && wrong.err.contains("did you mean “relu”"), "\(wrong.err)")
    let many = try command.run("plot", "activations", "maxout(3)")
    #expect(many.code != 0 && many.err.contains("outputs 3 numbers of one"), "\(many.err)")
  }

  /// Every picture of a run of moons, each beside what it is of.
  @Test func picturesOfARun() throws {
    let command = try Command()
    let trained = try command.run(
      "train", "moons", "--hidden", "4,3", "--epochs", "5", "--out", "run", "--quiet")
    #expect(trained.code == 0)
    #expect(try command.text("run/report.html").contains("The model predicts “class” correctly for"))
    try command.run("train", "moons", "--hidden", "2", "--epochs", "3", "--out", "other", "--quiet")
    try command.write("xor.yaml", "data: {source: xor}\nmodel: {hidden: [2]}\n")
    let model = "run/model.safetensors"
    let pictures: [(arguments: [String], file: String)] = [
      (["run"], "run/curves.svg"), (["run/", "other"], "curves.svg"),
      (["curves", "run", "--out", "a.svg"], "a.svg"),
      (["activations"], "activations.svg"),
      (["graph", "--config", "xor.yaml", "--sample", "2"], "graph.svg"),
      (["landscape", model, "moons", "--size", "5"], "run/landscape.svg"),
      (["regions", model, "moons", "--size", "12"], "run/regions.svg"),
      (["histograms", model, "moons", "--samples", "40"], "run/histograms.svg"),
      (["saliency", model, "moons"], "run/saliency.svg"),
    ]
    for picture in pictures {
      let result = try command.run(["plot"] + picture.arguments)
      #expect(result.code == 0, "\(picture.arguments): \(result.err)")
      #expect(result.out.hasSuffix("picture: \(picture.file)\n"))
      let svg = try command.text(picture.file)
      #expect(svg.hasPrefix("<?xml") && svg.hasSuffix("</svg>\n"))
      // The same call gives the same bytes.
      try command.run(["plot"] + picture.arguments)
      #expect(try command.text(picture.file) == svg)
    }
    let curves = try command.run("plot", "run", "other").out
    #expect(curves.contains("run") && curves.contains("⠤⠤⠤") && curves.contains("⠄⠄⠄"))
  }

  /// What is measured about networks, each with a picture; the same call gives the same bytes.
  @Test func measurements() throws {
    let command = try Command()
    for seed in ["1", "2"] {
      try command.run(
        "train", "iris", "--hidden", "5,4", "--epochs", "3", "--seed", seed, "--out", seed, "--quiet")
    }
    try command.write("text.txt", String(repeating: "to be or not to be, that is the question. ", count: 40))
    let text = try command.run(
      "train", "text.txt", "--model", "gpt(layers: 1, heads: 2, width: 8)", "--context", "8", "--steps", "5",
      "--out", "text", "--quiet")
    #expect(text.code == 0, "\(text.err)")
    let (one, two) = ("1/model.safetensors", "2/model.safetensors")
    let pictures: [(arguments: [String], file: String, words: [String])] = [
      (["segment", one, two, "iris", "--places", "5"], "1/segment.svg", ["barrier: "]),
      (["ablation", one, "iris"], "1/ablation.svg", []),
      (["probes", one, "iris"], "1/probes.svg", []),
      (["excitation", one, "iris", "--units", "0,2"], "1/excitation.svg", []),
      (["attention", "text/model.safetensors", "text.txt", "--samples", "5"], "text/attention.svg", []),
      (
        ["gradient-noise", "iris", "--hidden", "4", "--samples", "40"], "gradient-noise.svg",
        ["noise scale: "]
      ),
      (
        ["rows", "iris", "--sizes", "10,90", "--seeds", "2", "--epochs", "3"], "rows.svg",
        ["on training rows", "the mean of 2 trainings"]
      ),
      (
        ["width", "iris", "--sizes", "1,4", "--samples", "30", "--seeds", "1", "--epochs", "3"], "width.svg",
        ["units", "parameters"]
      ),
    ]
    for picture in pictures {
      let result = try command.run(["plot"] + picture.arguments)
      #expect(result.code == 0, "\(picture.arguments): \(result.err)")
      #expect(result.out.hasSuffix("picture: \(picture.file)\n"), "\(result.out)")
      for words in picture.words { #expect(result.out.contains(words), "\(words) in \(result.out)") }
      let svg = try command.text(picture.file)
      #expect(svg.hasSuffix("</svg>\n"))
      try command.run(["plot"] + picture.arguments)
      #expect(try command.text(picture.file) == svg)
    }
    let mistakes = [
      ["segment", one, "text/model.safetensors", "iris"],
      ["excitation", one, "iris", "--units", "a"], ["excitation", one, "iris", "--layer", "9"],
      ["attention", one, "iris"], ["rows", "iris", "--sizes", "0"], ["rows", "xor"],
      ["width", "iris", "--layers", "[{dense: 3}]"], ["width", "iris", "--sizes", "4", "--samples", "0"],
      ["gradient-noise", "iris", "--layers", "[{dense: 4}, batchNorm, {dense: 3}]"],
    ]
    for arguments in mistakes {
      let result = try command.run(["plot"] + arguments + ["--out", "none.svg"])
      #expect(result.code == 1 && result.err.contains("error:"), "\(arguments): \(result.out)\(result.err)")
    }
    #expect(!command.exists("none.svg"))
  }

  @Test func weightsOfImages() throws {
    let command = try Command()
    for (name, model) in [("mlp", "mlp"), ("softmax", "softmax")] {
      try command.run("train", "digits", "--model", model, "--epochs", "1", "--out", name, "--quiet")
    }
    let result = try command.run(
      "plot", "weights", "mlp/model.safetensors", "softmax/model.safetensors", "--out", "w.svg")
    #expect(result.code == 0, "\(result.err)")
    #expect(try command.text("w.svg").components(separatedBy: "<image").count == 1 + 256 + 10)
  }

  @Test func pictureOfASearch() throws {
    let command = try Command()
    try command.write(
      "search.yaml",
      """
      data: {source: iris}
      training: {epochs: 2}
      search:
        over:
          training.learningRate: {log: [1e-3, 1e-1]}
          model.hidden: [[2], [4]]
      """)
    let result = try command.run("search", "--config", "search.yaml", "--trials", "6", "--out", "found")
    #expect(result.out.hasSuffix("picture: found/search.svg\n"))
    let left = try command.text("found/search.svg")
    #expect(left.contains("What mattered") && left.contains("training.learningRate") && left.contains("[2]"))
    // Read from the folder it is the same picture.
    #expect(try command.run("plot", "search", "found", "--out", "again.svg").code == 0)
    #expect(try command.text("again.svg") == left)
  }

  @Test func missingData() throws {
    let command = try Command()
    try command.run("train", "iris", "--epochs", "1", "--out", "run", "--quiet")
    try command.write(
      "large.yaml",
      "data: {source: xor}\nmodel: {hidden: [\((0..<60).map { _ in "2" }.joined(separator: ", "))]}\n")
    let mistakes = [
      ["none"], ["confusion"], ["curvs"], ["curves", "run", "none"], ["weights", "run/model.safetensors"],
      ["weights", "none.safetensors"],
      ["graph", "--config", "none.yaml"], ["graph", "--config", "large.yaml"],
      ["regions", "run/model.safetensors", "iris"], ["landscape", "run/model.safetensors", "moons"],
      ["landscape", "run/model.safetensors", "iris", "--radius", "0"],
      ["histograms", "run/model.safetensors", "digits"], ["saliency", "run/model.safetensors", "fish"],
      ["search", "run"],
      ["activations", "--out", "none/a.svg"],
    ]
    var text = ""
    for arguments in mistakes {
      let result = try command.run(["plot"] + arguments)
      #expect(result.code == 1)
      #expect(result.out == "")
      text += Expected.transcript(["plot"] + arguments, result) + "\n"
    }
    try Expected.check("plot-errors", text)
    #expect(command.files.filter { $0.hasSuffix(".svg") }.isEmpty)
  }
}
