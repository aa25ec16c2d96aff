import Apus
import Testing

/// What colors, names and heights in pictures mean is written in them.
@Suite struct LegendTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ yaml: String) throws -> RunResult {
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", yaml))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
  }

  /// Of a regression the colors are numbers, and a bar says which.
  @Test func aRegressionInThePlane() throws {
    let rows = (0..<80).map { "\($0 % 9),\($0 * 7 % 13),\($0 % 9 * 10 + $0 * 7 % 13)" }
    let path = try folder.write("r.csv", "a,b,z\n" + rows.joined(separator: "\n") + "\n")
    let result = try run(
      "data: {source: \(path), task: regression}\nmodel: {hidden: [3]}\ntraining: {epochs: 20}")
    let reading = try PlaneReading(result.model, DataSource.open(path), size: 12)
    let picture = reading.picture(title: "plane")
    #expect(picture.svg.contains("the output") && picture.svg.contains("hidden units"))
    let finite = reading.outputs.map { Double($0) }
    for end in [finite.min()!, finite.max()!] {
      #expect(
        picture.svg.contains(">\(shortFigure(end, digits: 3).replacing("-", with: "−"))<"), "the end \(end)")
    }
    let classes = try run("data: {source: moons}\nmodel: {hidden: [3]}\ntraining: {epochs: 2}")
    let decision = try PlaneReading(classes.model, DataSource.open("moons"), size: 12).picture(title: "plane")
    #expect(decision.svg.contains("the decision") && !decision.svg.contains("the output"))
  }

  /// The images of a single layer's weights have the classes' names; those of hidden units have none.
  @Test func weightsOfClasses() throws {
    let softmax = try run("data: {source: digits}\nmodel: {family: softmax}\ntraining: {steps: 2}").model
    let images = try #require(WeightImages(softmax))
    #expect(images.names == (0...9).map { "\($0)" })
    let svg = images.picture(title: "weights").svg
    #expect(svg.contains(">7<") && svg.contains("Blue below 0, orange above"))
    let hidden = try run("data: {source: digits}\nmodel: {hidden: [10]}\ntraining: {steps: 2}").model
    #expect(try #require(WeightImages(hidden)).names.isEmpty)
    let saliency = try SaliencyReading(softmax, DataSource.open("digits"), rows: 2).picture(title: "s").svg
    #expect(saliency.contains("orange where it would raise it"))
  }

  /// Four numbers are written out, and of reductions which they are.
  @Test func nodesOfAGraph() throws {
    let text = "data: {source: xor}\nmodel: {hidden: [2]}\ntraining: {loss: softmaxCrossEntropy}"
    let configuration = try RunConfiguration.load(yaml: folder.write("g.yaml", text))
    let reading = try GraphReading(configuration, sample: 0)
    #expect(!reading.nodes.contains { $0.name == "reduce" } && reading.nodes.contains { $0.name == "sum" })
    #expect(!reading.picture(title: "g").svg.contains("rms"), "no parameter has more than four numbers")
    #expect(reading.picture(title: "g", most: 3).svg.contains("rms"))
  }

  /// A few large gradients are seen beside a thousand small ones.
  @Test func rareGradients() {
    let layer = DepthHistograms.Layer("a", Histogram(low: 0, high: 1, counts: [1000, 10, 0]))
    func heights(_ isLogarithmic: Bool) -> [Substring] {
      DepthHistograms("t", [layer], isLogarithmic: isLogarithmic).svg.matches(of: /height="([0-9.]+)"/).map(
        \.1)
    }
    #expect(heights(false).contains("0.75") && !heights(true).contains("0.75"))
    #expect(heights(true).contains { abs((Double($0) ?? 0) - 18.7) < 0.2 }, "\(heights(true))")
  }
}
