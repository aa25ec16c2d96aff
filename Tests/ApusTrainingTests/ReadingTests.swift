import Apus
import Foundation
import Testing

/// What pictures of networks are made of.
@Suite struct ReadingTests {
  // MARK: Graph

  /// The lecture's example (lectures 2 and 5): f = (x + y) z at x = −2, y = 5, z = −4.
  @Test func lectureGraph() throws {
    let (x, y, z): (Tensor, Tensor, Tensor) = (-2, 5, -4)
    let reading = try GraphReading(of: (x + y) * z, [("x", x), ("y", y), ("z", z)])
    func node(_ name: String) throws -> GraphReading.Node {
      try #require(reading.nodes.first { $0.name == name })
    }
    #expect(reading.nodes.count == 5)
    #expect(try node("x").values == [-2])
    #expect(try node("add").values == [3])
    #expect(reading.nodes.last?.values == [-12])
    #expect(reading.nodes.last?.kind == .result)
    #expect(try node("x").gradient == [-4])
    #expect(try node("y").gradient == [-4])
    #expect(try node("z").gradient == [3])
    #expect(try node("add").gradient == [-4])
    #expect(reading.nodes.last?.gradient == [1])
    let names = reading.nodes.last!.operands.map { reading.nodes[$0].name }
    #expect(Set(names) == ["add", "z"])
    let svg = reading.picture(title: "f = (x + y) z").svg
    for text in [">x<", ">−12<", ">−4<", ">3<"] { #expect(svg.contains(text)) }
  }

  /// The gradients of the parameters are those of a training step.
  @Test func graphOfANetwork() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "xor"
    configuration.model.hidden = [2]
    configuration.model.activation = Tanh()
    configuration.training.loss = SquaredError()
    let reading = try GraphReading(configuration, sample: 1)
    let model = try RunPlan(configuration).model
    for path in ["0.weight", "0.bias", "2.weight", "2.bias"] {
      let node = try #require(reading.nodes.first { $0.name == path })
      #expect(node.kind == .parameter)
      #expect(node.values == model[path])
      // A central difference along the first element.
      let step: Float = 1e-2
      func loss(_ change: Float) throws -> Float {
        var moved = model
        var values = try #require(model[path])
        values[0] += change
        try moved.set(path, to: values)
        let input = try #require(reading.nodes.first { $0.name == "input" }).values
        let target = try #require(reading.nodes.first { $0.name == "target" }).values
        let output = try Predictor(moved).predict(input)
        return (output[0] - target[0]) * (output[0] - target[0])
      }
      let difference = try (loss(step) - loss(-step)) / (2 * step)
      #expect(abs(difference - node.gradient[0]) < 2e-3 * max(1, abs(difference)))
    }
    #expect(
      message { _ = try GraphReading(configuration, sample: 4) } == "there is no sample 4; expected 0 … 3")
    var large = configuration
    large.model.hidden = Array(repeating: 4, count: 60)
    #expect(message { _ = try GraphReading(large, sample: 0) }.contains("at most 150"))
    let (x, y): (Tensor, Tensor) = (1, 2)
    let sum = x + y
    _ = try sum.values()
    #expect(message { _ = try GraphReading(of: sum, [("x", x)]) }.contains("no operation to draw"))
  }

  // MARK: Landscape

  private func saved(_ source: String, in folder: TemporaryFolder, hidden: [Int], epochs: Int = 5) throws
    -> Model
  {
    var configuration = RunConfiguration()
    configuration.data.source = source
    configuration.model.hidden = hidden
    configuration.training.epochs = epochs
    let plan = try RunPlan(configuration, folder: folder.path("run"))
    _ = try plan.run()
    return try Model(contentsOf: folder.path("run/model.safetensors"))
  }

  @Test func landscape() throws {
    let folder = try TemporaryFolder()
    let saved = try saved("iris", in: folder, hidden: [6], epochs: 60)
    let iris = try DataSource.open("iris")
    let landscape = try LossLandscape(saved, iris, size: 4, radius: 0.5, rows: 1000)
    #expect(landscape.size == 5)
    #expect(landscape.rows == 150)
    let own = try #require(try saved.evaluate(iris).metrics.first { $0.name == "loss" })
    #expect(abs(landscape.loss - own.value) < 1e-6)
    #expect(landscape.values[12] == landscape.loss)
    // Away from where training has gone the loss is larger in most directions.
    #expect(landscape.values.count { $0 > landscape.loss } > 15)
    let again = try LossLandscape(saved, iris, size: 5, radius: 0.5, rows: 1000)
    #expect(again.values == landscape.values)
    #expect(
      try LossLandscape(saved, iris, size: 5, radius: 0.5, rows: 1000, seed: 2).values != landscape.values)
    #expect(landscape.picture(title: "iris").svg.contains("iris"))
  }

  /// Each filter of a direction is as long as the model's, and biases stay.
  @Test func filtersAreNormalised() throws {
    let model = try Model(input: [8, 8, 1], seed: 3) {
      Conv2D(4, 3)
      ReLU()
      Flatten()
      Dense(5)
    }
    let direction = LossLandscape.direction(model, Philox(seed: 1, path: "d"))
    var at = 0
    for parameter in model.parameters {
      let values = try #require(model[parameter.path])
      // Parameters lie in the arena in an order of their own: found by what they must be as long as.
      guard parameter.shape.count > 1 else { continue }
      let filters = parameter.shape.last!
      let norms = (0..<filters).map { filter in
        stride(from: filter, to: values.count, by: filters).reduce(0.0) {
          $0 + Double(values[$1] * values[$1])
        }.squareRoot()
      }
      let own = Array(direction[at..<(at + values.count)])
      let found = (0..<filters).map { filter in
        stride(from: filter, to: own.count, by: filters).reduce(0.0) { $0 + Double(own[$1] * own[$1]) }
          .squareRoot()
      }
      for (norm, length) in zip(norms, found) { #expect(abs(norm - length) < 1e-4 * norm) }
      // Every parameter begins on a cache line.
      at += (values.count + 15) / 16 * 16
    }
    #expect(direction[at...].allSatisfy { $0 == 0 })
  }

  // MARK: Plane

  @Test func regions() throws {
    let folder = try TemporaryFolder()
    let saved = try saved("moons", in: folder, hidden: [8, 4], epochs: 40)
    let moons = try DataSource.open("moons")
    let plane = try PlaneReading(saved, moons, size: 20)
    #expect(plane.columns == ["x1", "x2"])
    #expect(plane.labels.count == 400)
    #expect(plane.layers.map(\.units.count) == [8, 4])
    #expect(plane.groups.map(\.points.count) == [250, 250])
    // Each place as the model predicts it.
    let table = try Table(
      name: "places",
      columns: [
        Table.Column("x1", numbers: [plane.x.lowerBound, plane.x.upperBound]),
        Table.Column("x2", numbers: [plane.y.upperBound, plane.y.lowerBound]),
      ])
    let predicted = try saved.predict(DataSource(name: "places", origin: "places", content: .table(table)))
    #expect(predicted.predictions == [plane.labels[0], plane.labels[399]].map { plane.classNames[$0] })
    #expect(plane.picture(title: "moons").svg.contains("hidden units"))
    let iris = try self.saved("iris", in: TemporaryFolder(), hidden: [2])
    #expect(message { _ = try PlaneReading(iris, moons) }.contains("two columns of numbers"))
    #expect(message { _ = try PlaneReading(saved, DataSource.open("iris")) }.contains("lacks a column"))
    #expect(message { _ = try PlaneReading(saved, DataSource.open("digits")) }.contains("set of images"))
  }

  // MARK: Histories

  @Test func historyComesBack() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 6
    let result = try RunPlan(configuration, folder: folder.path("run")).run()
    let history = try #require(try History.all(ofRun: folder.path("run")).first)
    #expect(history.csv == result.history.csv)
    #expect(history.bestEpoch == result.history.bestEpoch)
    #expect(message { _ = try History.all(ofRun: folder.path("none")) }.contains("there is no history.csv"))
    #expect(message { _ = try History(csv: "a,b\n1,2\n") }.contains("not a history"))
    #expect(
      message { _ = try History(csv: "epoch,step,rate,training_loss\n1,2,x,4\n") }
        == "line 2 is damaged; expected 4 numbers")
    #expect(try History(csv: "epoch,step,rate,training_loss\n").epochs.isEmpty)
  }

  @Test func activationGallery() throws {
    let svg = try Picture.activations().svg
    for name in Activations.table.names { #expect(svg.contains(name)) }
    #expect(svg.contains("softmax of (x, 0)"))
    #expect(!svg.contains("tanh of (x, 0)"))
  }

  @Test func weightImages() throws {
    let dense = try Model(input: [4, 3, 1], seed: 1) {
      Flatten()
      Dense(5)
    }
    let images = try #require(WeightImages(dense))
    #expect(images.count == 5)
    #expect(images.images.allSatisfy { $0.width == 3 && $0.height == 4 })
    // The pixel of the largest weight has the end of the ramp.
    let weights = try #require(dense["1.weight"])
    let unit = stride(from: 2, to: weights.count, by: 5).map { weights[$0] }
    let largest = unit.indices.max { abs(unit[$0]) < abs(unit[$1]) }!
    let ends = [PixelImage([-1, 1], width: 2, in: -1...1, ramp: .diverging).pixels]
    #expect(images.images[2].pixels[largest] == ends[0][unit[largest] < 0 ? 0 : 1])
    let filters = try #require(WeightImages(Model(input: [8, 8, 3], seed: 1) { Conv2D(7, 3) }, most: 4))
    #expect(filters.count == 7 && filters.images.count == 4 && filters.images[0].width == 3)
    #expect(WeightImages(try Model(input: [4], seed: 1) { Dense(5) }) == nil)
  }
}

/// Signals through depth, and what a loss hangs on.
@Suite struct SignalReadingTests {
  private func saved(_ model: Model, _ source: String) throws -> Model {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = source
    configuration.training.epochs = 0
    let plan = try RunPlan(configuration, folder: folder.path("run"))
    _ = try plan.run()
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    var model = model
    (model.objective, model.preprocessing) = (saved.objective, saved.preprocessing)
    return model
  }

  /// The outputs of the first layer, computed by hand; the gradient of the mean loss at the last, (p − t) / n.
  @Test func depth() throws {
    let model = try Model(input: [4], seed: 5) {
      Dense(6)
      Tanh()
      Dense(3)
    }
    let saved = try saved(model, "iris")
    let iris = try DataSource.open("iris")
    let reading = try DepthReading(saved, iris, rows: 1000)
    #expect(reading.rows == 150)
    #expect(reading.layers.map(\.name) == ["0 dense", "1 tanh", "2 dense"])
    let samples = try saved.samples(iris)
    let batch = try samples.batch(Array(0..<150)).arrays()
    let (weight, bias) = (try #require(model["0.weight"]), try #require(model["0.bias"]))
    for row in [0, 77, 149] {
      for unit in 0..<6 {
        let sum = (0..<4).reduce(bias[unit]) { $0 + batch.inputs[row * 4 + $1] * weight[$1 * 6 + unit] }
        #expect(abs(sum - reading.layers[0].outputs[row * 6 + unit]) < 1e-5)
      }
    }
    let predictor = try Predictor(saved)
    let probabilities = try predictor.predict(batch.inputs)
    for place in stride(from: 0, to: 450, by: 37) {
      let truth: Float = Int(batch.labels[place / 3]) == place % 3 ? 1 : 0
      #expect(abs((probabilities[place] - truth) / 150 - reading.layers[2].gradients[place]) < 1e-7)
    }
    #expect(reading.picture(title: "depth").svg.contains("rms"))
  }

  /// The gradient with respect to the input against central differences of the loss.
  @Test func saliency() throws {
    let model = try Model(input: [4], seed: 5) {
      Dense(6)
      Tanh()
      Dense(3)
    }
    let saved = try saved(model, "iris")
    let reading = try SaliencyReading(saved, DataSource.open("iris"), rows: 3)
    #expect(reading.samples.count == 3)
    #expect(reading.featureNames.count == 4)
    let names = try saved.requireObjective().targets
    guard case .classes(let classes) = names else { return }
    let predictor = try Predictor(saved)
    for sample in reading.samples {
      let label = try #require(classes.firstIndex(of: sample.truth))
      func loss(_ place: Int, _ change: Float) throws -> Double {
        var input = sample.input
        input[place] += change
        return -Mathematics.log(Double(try predictor.predict(input)[label]))
      }
      for place in 0..<4 {
        let difference = try (loss(place, 1e-2) - loss(place, -1e-2)) / 2e-2
        #expect(abs(difference - Double(sample.gradient[place])) < 2e-3)
      }
    }
    #expect(reading.picture(title: "saliency").svg.contains("mean |∂ loss / ∂ feature|"))
    let digits = try Model(input: [8, 8, 1], seed: 2) {
      Flatten()
      Dense(10)
    }
    let images = try SaliencyReading(try self.saved(digits, "digits"), DataSource.open("digits"), rows: 5)
    #expect(images.picture(title: "images").svg.components(separatedBy: "<image").count == 11)
  }
}
