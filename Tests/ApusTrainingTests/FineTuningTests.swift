import Apus
import Foundation
import Testing

/// Runs that begin with a trained model.
@Suite struct FineTuningTests {
  private let folder: TemporaryFolder

  /// A model of the classes “low” and “high” of a + b in the folder's `base`.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write("base.csv", Self.table(120, seed: 1) { $0 < 0.8 ? "low" : "high" })
    _ = try run("data: {source: \(folder.path("base.csv"))}\n\(Self.small)", "base")
  }

  private static let small = "model: {hidden: [12]}\ntraining: {epochs: 6, batch: 16, seed: 3}\n"

  private static func table(_ rows: Int, seed: UInt64, scale: Double = 1, _ name: (Double) -> String)
    -> String
  {
    let random = Philox(seed: seed, path: "rows")
    var lines = ["a,b,class"]
    for row in 0..<rows {
      let (a, b) = (random.uniform(UInt64(2 * row)), random.uniform(UInt64(2 * row + 1)))
      lines.append("\(scale * a),\(scale * b),\(name(a + b))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @discardableResult
  private func run(
    _ yaml: String, _ name: String, resume: Bool = false
  ) throws -> (plan: RunPlan, result: RunResult) {
    let configuration = try RunConfiguration.load(yaml: folder.write("\(name).yaml", yaml))
    let plan = try RunPlan(configuration, folder: folder.path(name), resume: resume)
    return (plan, try plan.run())
  }

  private func tuned(_ data: String, model: String = "", training: String = "") -> String {
    """
    data: {source: \(folder.path(data))}
    model: {from: \(folder.path("base/model.safetensors"))\(model)}
    training: {epochs: 4, batch: 16, seed: 5\(training)}

    """
  }

  private var base: Model {
    get throws { try Model(contentsOf: folder.path("base/model.safetensors")) }
  }

  /// The same classes: all weights, and inputs that are made as before though the new rows are spread otherwise.
  @Test func theSameTargetGoesOnWithEverything() throws {
    try folder.write("more.csv", Self.table(60, seed: 2, scale: 3) { $0 < 0.8 ? "low" : "high" })
    let (plan, _) = try run(tuned("more.csv"), "tuned")
    #expect(try plan.model.bits == base.bits)
    #expect(plan.reasons.lines.contains { $0.hasPrefix("weights of ") && !$0.contains("anew") })
    let saved = try Model(contentsOf: folder.path("tuned/model.safetensors"))
    guard case .table(let new)? = saved.preprocessing, case .table(let old)? = try base.preprocessing else {
      throw ApusError("the model is for no table")
    }
    let targets = try base.objective?.targets
    #expect(new.columns == old.columns && new.target == old.target && saved.objective?.targets == targets)
  }

  /// Other classes: an output layer of their own, and the others' weights.
  @Test func anotherTargetGetsItsOwnOutput() throws {
    try folder.write(
      "other.csv", Self.table(90, seed: 2) { $0 < 0.6 ? "low" : $0 < 1.2 ? "middle" : "top" })
    let (plan, result) = try run(
      tuned("other.csv", training: ", groups: [{path: \"0\", frozen: true}]"), "other")
    let old = try base
    #expect(plan.model["0.weight"] == old["0.weight"] && plan.model["0.bias"] == old["0.bias"])
    #expect(plan.model.outputShape == [3])
    #expect(plan.reasons.lines.contains { $0.contains("2.weight, 2.bias begin anew") })
    let saved = try Model(contentsOf: folder.path("other/model.safetensors"))
    #expect(saved["0.weight"] == old["0.weight"])
    #expect(saved["2.weight"] != plan.model["2.weight"])
    #expect(saved.objective?.targets == .classes(names: ["low", "middle", "top"]))
    #expect(result.history.epochs.count == 4)
  }

  /// As many classes with other names: the output's weights mean something else.
  @Test func asManyOtherClassesBeginAnew() throws {
    try folder.write("names.csv", Self.table(60, seed: 2) { $0 < 0.8 ? "cold" : "hot" })
    let (plan, _) = try run(tuned("names.csv"), "names")
    #expect(try plan.model["0.weight"] == base["0.weight"])
    #expect(try plan.model["2.weight"] != base["2.weight"])
  }

  @Test func rerunsAndResumesToTheSameBytes() throws {
    try folder.write("more.csv", Self.table(60, seed: 2) { $0 < 0.8 ? "low" : "high" })
    try run(tuned("more.csv"), "whole")
    let again = try RunConfiguration.load(yaml: folder.path("whole/config.yaml"))
    #expect(again.model.from == folder.path("base/model.safetensors") && again.model.layers != nil)
    _ = try RunPlan(again, folder: folder.path("again")).run()
    #expect(try folder.bytes("again/model.safetensors") == folder.bytes("whole/model.safetensors"))
    #expect(try folder.bytes("again/config.yaml") == folder.bytes("whole/config.yaml"))
    let parts = try RunConfiguration.load(yaml: folder.write("parts.yaml", tuned("more.csv")))
    #expect(try RunPlan(parts, folder: folder.path("parts")).isPaused { _, epoch in epoch >= 2 })
    try run(tuned("more.csv"), "parts", resume: true)
    #expect(try folder.bytes("parts/model.safetensors") == folder.bytes("whole/model.safetensors"))
  }

  /// Layers that are written out take the weights that fit.
  @Test func ownLayersTakeWhatFits() throws {
    try folder.write("more.csv", Self.table(60, seed: 2) { $0 < 0.8 ? "low" : "high" })
    let layers = ", layers: [{dense: 12}, tanh, {dense: 5}, relu, {dense: 2}]"
    let (plan, _) = try run(tuned("more.csv", model: layers), "deeper")
    #expect(try plan.model["0.weight"] == base["0.weight"])
    #expect(plan.reasons.lines.contains { $0.contains("2.weight, 2.bias, 4.weight, 4.bias begin anew") })
    let strange = ", layers: [{dense: 7}, tanh, {dense: 9}, relu, {dense: 2}]"
    let problem = message { try self.run(tuned("more.csv", model: strange), "strange") }
    #expect(problem.contains("no parameter"))
  }

  /// Images: another set of classes behind the same pixels.
  @Test func imagesGoOnToo() throws {
    try run("data: {source: digits}\nmodel: {hidden: [8]}\ntraining: {epochs: 1}\n", "digits")
    let from = folder.path("digits/model.safetensors")
    let (plan, _) = try run("data: {source: digits}\nmodel: {from: \(from)}\ntraining: {epochs: 1}\n", "more")
    #expect(try plan.model.bits == Model(contentsOf: from).bits)
    let problem = message {
      try self.run("data: {source: iris}\nmodel: {from: \(from)}\ntraining: {epochs: 1}\n", "wrong")
    }
    #expect(problem.contains("trained on images"))
  }

  @Test(arguments: [
    (", hidden: [3]", "", "leave out the family"), (", family: ridge", "", "leave out the family"),
    ("", ", prepare: lsuv", "training.prepare"),
  ])
  func whatCannotGoTogetherIsSaid(_ model: String, _ training: String, _ part: String) throws {
    let problem = message { try run(tuned("base.csv", model: model, training: training), "wrong") }
    #expect(problem.contains(part), "\(problem)")
  }

  @Test func mistakesAreSaid() throws {
    func problem(_ yaml: String) throws -> String { message { _ = try run(yaml, "wrong") } }
    #expect(
      try problem("data: {source: iris}\nmodel: {from: none.safetensors}\n").contains("none.safetensors"))
    #expect(try problem("data: {source: iris}\nmodel: {frm: x}\n").contains("did you mean “model.from”?"))
    #expect(
      try problem(
        "data: {source: \(folder.path("base.csv")), target: a}\nmodel: {from: \(folder.path("base/model.safetensors"))}\n"
      )
      .contains("an input of the model"))
    #expect(
      try problem(
        "data: {source: \(folder.path("base.csv")), scaling: none}\nmodel: {from: \(folder.path("base/model.safetensors"))}\n"
      )
      .contains("data.scaling"))
    #expect(
      try problem("data: {source: iris}\nmodel: {from: \(folder.path("base/model.safetensors"))}\n")
        .contains("no column \"a\""))
  }
}
