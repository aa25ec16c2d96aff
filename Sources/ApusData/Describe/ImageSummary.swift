package import ApusCore

/// A summary of what one should know about a set of images before training on it (`apus describe`).
package struct ImageSummary: Sendable {
  package var name: String
  /// `[height, width, channels]`
  package var shape: [Int]
  package var trainingCount: Int
  /// The images of the official test set, if there is one.
  package var testCount: Int?
  /// The training images that came as a validation set.
  package var validationCount = 0
  /// The training images of each class, or with each label.
  package var classCounts: [DataSummary.Count]
  /// The mean of each channel of the training images, where white is 1.
  package var mean: [Double]
  /// Their standard deviations.
  package var deviation: [Double]
  /// The largest number that occurs, rounded down; of bytes the largest byte.
  package var largestByte: Int
  /// The least and the largest number.
  package var areReal = false
  package var range: (least: Double, most: Double)
  /// Descriptions of numeric targets, as sentences: the name, the mean and the deviation of each.
  package var numbers: [String] = []
  /// The number that is white; 1 of pixels that are numbers.
  private var white: Double
  /// A Boolean value that indicates whether an image may have several of ``classCounts``.
  private var areLabels = false
  /// Observations about the images, as sentences for the user.
  private var notes: [String] = []
  /// The mean training image of height × width, channels averaged, 0 … 1.
  package var meanImage: [Double]

  package init(_ images: ImageSet, name: String) {
    var images = images
    if !images.training.hasLabels, let annotations = images.annotations,
      let known = try? ImageTargets(images, annotations)
    {
      images = known.images
      notes = known.notes
    }
    for problem in [images.training.labelProblem, images.test?.labelProblem] {
      if let problem { notes.append("without labels: \(problem.problem)") }
    }
    let training = images.training
    self.name = name
    shape = training.inputShape
    trainingCount = training.count
    validationCount = images.validationRows.count
    testCount = images.test?.count
    let targets = training.targets.names
    var counts = [Int](repeating: 0, count: targets.count)
    switch training.targets {
    case .classes: for label in training.labels { counts[Int(label)] += 1 }
    case .labels:
      areLabels = true
      for (at, value) in training.values.enumerated() where value == 1 { counts[at % targets.count] += 1 }
    case .values:
      counts = []
      numbers = targets.enumerated().map { column, name in
        let values = stride(from: column, to: training.values.count, by: targets.count).map {
          Double(training.values[$0])
        }
        guard let moments = Moments(values) else { return "\"\(name)\"" }
        return
          "\"\(name)\": mean \(significant(moments.mean)), standard deviation \(significant(moments.deviation)), "
          + "from \(significant(moments.minimum)) to \(significant(moments.maximum))"
      }
    }
    classCounts = zip(targets, counts).map { DataSummary.Count(name: $0, count: $1) }
    let rows = Array(0..<training.count)
    range = training.range(rows)
    areReal = training.areReal
    largestByte = Int(max(min(range.most, 1e9), 0))
    let white = training.normalization.white
    self.white = white
    let moments = training.channelMoments(rows)
    mean = moments.map { $0.mean / white }
    deviation = moments.map { $0.deviation / white > 1e-6 ? $0.deviation / white : 1 }
    let channels = shape.count == 3 ? shape[2] : 1
    let sums = training.sums(rows)
    meanImage = stride(from: 0, to: sums.count, by: channels).map { start in
      let sum = sums[start..<min(start + channels, sums.count)].reduce(0, +)
      return sum / Double(channels * max(training.count, 1)) / white
    }
  }

  private static func figures(_ values: [Double]) -> String {
    values.map { significant($0) }.joined(separator: " / ")
  }

  /// The range of the pixels.
  private var extremes: String {
    areReal ? "numbers \(significant(range.least)) … \(significant(range.most))" : "bytes 0 … \(largestByte)"
  }

  /// The summary as text for a terminal, at most 100 columns wide.
  package func lines() -> [String] {
    let extent = shape.map { String($0) }.joined(separator: " × ")
    var lines = [
      "\(name): \(counted(trainingCount, "image")) of \(extent)"
        + (validationCount > 0 ? ", \(validationCount) of them for validation" : "")
        + (testCount.map { ", and \($0) in the official test set" } ?? ""),
      "\(extremes); mean \(Self.figures(mean)), standard deviation \(Self.figures(deviation))"
        + (white == 1 ? "" : " of white"),
      "",
    ]
    lines += DataSummary.classLines(
      classCounts, of: areLabels ? trainingCount : nil, noun: areLabels ? "labels" : "classes")
    lines += numbers + notes.map { "  · \($0)" }
    let width = shape.count == 3 ? shape[1] : meanImage.count
    if shape.count == 3, width <= 48, shape[0] <= 48 {
      lines += ["", "the mean image:"]
      let greys = Array(" ░▒▓█")
      // From the darkest to the lightest: the mean of photographs is gray all over.
      let (darkest, lightest) = (meanImage.min() ?? 0, meanImage.max() ?? 0)
      let isEven = lightest - darkest < 0.02 * abs(lightest)
      let bottom = isEven ? min(darkest, 0) : darkest
      let top = max(lightest - bottom, 1e-12)
      for row in 0..<shape[0] {
        // Two characters a pixel make it nearly square.
        let line = (0..<width).map { column in
          let grey = greys[min(Int((meanImage[row * width + column] - bottom) / top * 4.999), 4)]
          return String([grey, grey])
        }
        lines.append("  " + line.joined())
      }
    }
    return lines
  }
}

extension DataSource {
  /// Returns what one should know about the data before training, as text for a terminal.
  ///
  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``; images need none.
  ///   - width: the columns of the terminal.
  package func summaryLines(
    target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil, task: LearningTask? = nil,
    width: Int = 100
  ) throws(ApusError) -> [String] {
    switch content {
    case .table(let table):
      try summary(table, target, labels, weights, task).lines(width: width)
    case .images(let images):
      try ImageSummary(images.described(target, labels, task), name: name).lines() + notes.map { "  · \($0)" }
    case .text(let text): TextSummary(text, name: name).lines()
    }
  }
}

extension DataSource {
  /// The summary of a table for what is asked for, else for the source's own targets.
  package func summary(
    _ table: Table, _ target: String?, _ labels: LabelRequest?, _ weights: String?, _ task: LearningTask?
  ) throws(ApusError) -> DataSummary {
    guard target == nil, labels?.columns.isEmpty ?? true else {
      return try DataSummary(table, target: target, labels: labels, weights: weights, task: task)
    }
    var request = labels
    if !targets.isEmpty { request = LabelRequest(columns: targets, separator: labels?.separator) }
    return try DataSummary(
      table, target: self.target, labels: request, weights: weights, task: task ?? targetTask)
  }
}

extension ImageSet {
  /// The images with the target that is asked for.
  package func described(
    _ target: String?, _ labels: LabelRequest?, _ task: LearningTask?
  ) throws(ApusError) -> ImageSet {
    guard target != nil || labels != nil || task != nil, let annotations else { return self }
    return try ImageTargets(self, annotations, target: target, labels: labels, task: task).images
  }
}
