import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The networks of the lectures' digits: softmax regression, two multilayer perceptrons and LeNet-5.
struct MNISTLab: Lab {
  let name = "mnist"
  let theme = LabTheme.practice
  let slides = [
    Slide(.irvine, "MNIST example"), Slide(.wisconsin, "Homework 6"), Slide(.irvine, "A CNN for digits"),
  ]
  let claim =
    "Handwritten digits: two hidden layers of 200 recognize 97 % of MNIST's test images, 128 and 64 units 95 % and more, and a "
    + "convolutional network more than both."
  let formula =
    "784-200-200-10: 199,210;  784-128-64-10: 109,386;  LeNet-5: 61,706;  softmax: 7,850 parameters"
  let expected = Verdict.holdsPartly
  let conclusion =
    "hidden layers and convolutions do more than a linear model, but on the bundled digits, 8 × 8 pixels drawn larger, the "
    + "convolutions do no better than two hidden layers"
  let sabotage = "shuffled labels in training"
  let tryIt = "apus train digits --hidden 200,200 --epochs 5"
  let data: LabData? = .mnist
  let isShort = false

  private struct Images: Sendable {
    var training: any Dataset
    var test: any Dataset
    /// The test's pixels, `[rows][784]`, and their classes.
    var pixels: [[Double]]
    var labels: [Int]
  }

  private struct Network: Sendable {
    var name: String
    var parameters: Int
    var epochs: Int
    var optimizer: OptimizerSetting
    var batch = 32
    var isHomework = false
    var layers: Sequential
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let images = try context.data.map { try own($0, context) } ?? bundled(context)
    let isOwn = context.data != nil
    // Of 3,823 images an epoch has a sixteenth of MNIST's updates.
    let networks = networks(epochs: isOwn ? [3, 5, 5, 3] : [6, 8, 10, 6])
    report.part(
      isOwn
        ? "\(images.training.count) images of 28 × 28, tested on \(images.test.count) others"
        : "The bundled digits drawn on 28 × 28 pixels: 3,823, tested on 1,797 others")
    var (accuracies, results): ([LabValue], [EvaluatedSamples]) = ([], [])
    for network in networks {
      var model = try Model(input: [28, 28, 1], seed: context.seed, layers: network.layers)
      report.judge("parameters of \(network.name)", model.parameterCount, .exactly(network.parameters))
      var settings = TrainingSettings(
        optimizer: network.optimizer, epochs: network.epochs, batch: network.batch, seed: context.seed)
      if !network.isHomework { settings.recipe.schedule = CosineDecay() }
      let session = try TrainingSession(
        model.aimed(at: images.training), training: images.training, settings: settings)
      var byEpoch: [Double] = []
      for epoch in 0..<network.epochs {
        try session.runEpoch()
        guard network.isHomework, epoch < 5 else { continue }
        byEpoch.append(try session.snapshot().accuracy(on: images.training).values[0])
      }
      if network.isHomework {
        report.tell("its training accuracy by epoch, as the homework prints it", byEpoch)
      }
      model = session.snapshot()
      let tested = try model.results(on: images.test)
      results.append(tested)
      let right = zip(tested.predictedLabels, tested.labels).count { $0 == $1 }
      accuracies.append(LabStatistics.share(right, of: tested.count))
    }
    let values = accuracies.map { $0.values[0] }
    report.tell("test accuracy, softmax", accuracies[0])
    let bounds: [(name: String, own: Double, bundled: Double, lecture: String)] = [
      ("784-200-200-10", 0.97, 0.94, "97 %"), ("784-128-64-10", 0.95, 0.92, "95 %"),
      ("LeNet-5", 0.985, 0.95, "99 %"),
    ]
    for (number, bound) in bounds.enumerated() {
      report.judge(
        "test accuracy, \(bound.name)", accuracies[number + 1], .atLeast(isOwn ? bound.own : bound.bundled),
        lecture: isOwn ? bound.lecture : "\(bound.lecture) on MNIST")
    }
    report.judge(
      "softmax, then 784-200-200-10", [values[0], values[1]], .rising(), lecture: "more than softmax")
    report.judge("softmax, then LeNet-5", [values[0], values[3]], .rising(), lecture: "more than softmax")
    report.test(
      "784-200-200-10, then LeNet-5", [values[1], values[3]], .rising(), lecture: "the convolution more")
    report.show(
      ConfusionChart("LeNet-5: true and predicted", ConfusionMatrix(results[3], classNames: digits)))
    report.show(worst(results[3], images))
    report.show(
      ScatterChart(
        "Accuracy over parameters",
        zip(networks, values).map { .init($0.name, [Point(Double($0.parameters), $1)]) },
        xName: "parameters", yName: "test accuracy", xKind: .logarithmic))
    if !isOwn {
      report.note(
        "With --data and a folder of MNIST the networks are trained on its 60,000 images, and the bounds are the lecture's."
      )
    }
    return report
  }

  private var digits: [String] { (0..<10).map { "\($0)" } }

  private func networks(epochs: [Int]) -> [Network] {
    [
      Network(
        name: "softmax", parameters: 7_850, epochs: epochs[0], optimizer: .adam(1e-3),
        layers: Sequential([Flatten(), Dense(10)])),
      Network(
        name: "784-200-200-10", parameters: 199_210, epochs: epochs[1], optimizer: .adam(1e-3),
        layers: Sequential([Flatten(), Dense(200), ReLU(), Dense(200), ReLU(), Dense(10)])),
      Network(
        name: "784-128-64-10", parameters: 109_386, epochs: epochs[2], optimizer: .momentum(1e-3, 0.9),
        batch: 50, isHomework: true,
        layers: Sequential([Flatten(), Dense(128), ReLU(), Dense(64), ReLU(), Dense(10)])),
      Network(
        name: "LeNet-5", parameters: 61_706, epochs: epochs[3], optimizer: .adam(1e-3),
        layers: Sequential([LeNet5(classes: 10)])),
    ]
  }

  // MARK: Images

  private func own(_ path: String, _ context: LabContext) throws -> Images {
    let split = try ImageSet(contentsOf: path).split(validation: 0, seed: context.seed)
    var (pixels, labels): ([[Double]], [Int]) = ([], [])
    for batch in split.test.batches(of: 500) {
      let arrays = batch.arrays()
      labels += arrays.labels.map { Int($0) }
      pixels += stride(from: 0, to: arrays.inputs.count, by: 784).map { start in
        arrays.inputs[start..<(start + 784)].map { Double($0) }
      }
    }
    var training: any Dataset = split.training
    if context.isSabotaged {
      let all = try split.training.batch(Array(0..<split.training.count)).arrays()
      var labels = all.labels
      context.random("labels").shuffle(&labels)
      training = try TableDataset(
        features: all.inputs, inputShape: [28, 28, 1], labels: labels, names: digits)
    }
    return Images(training: training, test: split.test, pixels: pixels, labels: labels)
  }

  /// Each of the 8 × 8 pixels drawn as 3 × 3 of the 28 × 28, in the middle.
  private func bundled(_ context: LabContext) throws -> Images {
    let raw = try LabSamples.rawDigits()
    func drawn(_ samples: LabSamples) -> LabSamples {
      samples.mapping { row in
        (0..<784).map { place in
          let (y, x) = ((place / 28 - 2), (place % 28 - 2))
          // About the mean of the drawn digits, in their deviations.
          guard (0..<24).contains(y), (0..<24).contains(x) else { return -0.6 }
          return row[y / 3 * 8 + x / 3] / 16 * 2.75 - 0.6
        }
      }
    }
    func dataset(_ samples: LabSamples) throws -> TableDataset {
      try TableDataset(
        features: samples.features.flatMap { $0.map { Float($0) } }, inputShape: [28, 28, 1],
        labels: samples.labels.map { Int32($0) }, names: digits)
    }
    let training = context.isSabotaged ? raw.training.shufflingLabels(context.random("labels")) : raw.training
    let test = drawn(raw.test)
    return Images(
      training: try dataset(drawn(training)), test: try dataset(test), pixels: test.features,
      labels: test.labels)
  }

  private func worst(_ results: EvaluatedSamples, _ images: Images) -> ImageGrid {
    let predicted = results.predictedLabels
    let order = results.losses.indices.sorted { results.losses[$0] > results.losses[$1] }.prefix(16)
    return ImageGrid(
      "LeNet-5's largest losses",
      order.map { row in
        let pixels = images.pixels[row]
        let (least, most) = (pixels.min() ?? 0, pixels.max() ?? 1)
        return .init(
          PixelImage(pixels, width: 28, in: least...max(most, least + 1e-6), ramp: .gray),
          ["\(images.labels[row]), taken for \(predicted[row])"])
      }, columns: 4, tileWidth: 96)
  }
}
