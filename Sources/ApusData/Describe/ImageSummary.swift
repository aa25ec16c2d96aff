package import ApusCore

/// What one should know about a set of images before training on it (MISSION I: `apus describe`).
package struct ImageSummary: Sendable, Equatable {
  package var name: String
  /// `[height, width, channels]`
  package var shape: [Int]
  package var trainingCount: Int
  /// The images of the official test set, if there is one.
  package var testCount: Int?
  /// The training images of each class.
  package var classCounts: [DataSummary.Count]
  /// The mean of each channel of the training images, where white is 1.
  package var mean: [Double]
  /// Their standard deviations.
  package var deviation: [Double]
  /// The largest byte that occurs.
  package var largestByte: Int
  /// The mean training image of height × width, channels averaged, 0 … 1.
  package var meanImage: [Double]

  package init(_ images: ImageSet, name: String) {
    let training = images.training
    self.name = name
    shape = training.inputShape
    trainingCount = training.count
    testCount = images.test?.count
    var counts = [Int](repeating: 0, count: training.classNames.count)
    for label in training.labels { counts[Int(label)] += 1 }
    classCounts = zip(training.classNames, counts).map { DataSummary.Count(name: $0, count: $1) }
    let size = training.inputSize
    var sums = [UInt64](repeating: 0, count: size)
    var largest: UInt8 = 0
    training.bytes.withUnsafeBufferPointer { bytes in
      sums.withUnsafeMutableBufferPointer { sums in
        for image in 0..<training.count {
          for i in 0..<size {
            let byte = bytes[image &* size &+ i]
            sums[i] &+= UInt64(byte)
            largest = max(largest, byte)
          }
        }
      }
    }
    largestByte = Int(largest)
    let white = training.normalization.white
    let normalization = ImageNormalization.fit(training, rows: Split.unsplit(training.count).training)
    mean = normalization.mean
    deviation = normalization.deviation
    let channels = shape.count == 3 ? shape[2] : 1
    meanImage = stride(from: 0, to: size, by: channels).map { start in
      let sum = sums[start..<min(start + channels, size)].reduce(0, +)
      return Double(sum) / Double(channels * max(training.count, 1)) / white
    }
  }

  private static func figures(_ values: [Double]) -> String {
    values.map { significant($0) }.joined(separator: " / ")
  }

  /// The summary as text for a terminal, at most 100 columns wide.
  package func lines() -> [String] {
    let extent = shape.map { String($0) }.joined(separator: " × ")
    var lines = [
      "\(name): \(trainingCount) images of \(extent)"
        + (testCount.map { ", and \($0) in the official test set" } ?? ""),
      "bytes 0 … \(largestByte); mean \(Self.figures(mean)), standard deviation \(Self.figures(deviation)) of white",
      "",
    ]
    lines += DataSummary.classLines(classCounts)
    let width = shape.count == 3 ? shape[1] : meanImage.count
    if shape.count == 3, width <= 48, shape[0] <= 48 {
      lines += ["", "the mean image:"]
      let greys = Array(" ░▒▓█")
      let top = max(meanImage.max() ?? 0, 1e-12)
      for row in 0..<shape[0] {
        // Two characters a pixel make it nearly square.
        let line = (0..<width).map { column in
          let grey = greys[min(Int(meanImage[row * width + column] / top * 4.999), 4)]
          return String([grey, grey])
        }
        lines.append("  " + line.joined())
      }
    }
    return lines
  }
}

extension DataSource {
  /// What one should know about the data before training, as text for a terminal.
  ///
  /// - Parameters: as of ``TableSchema/infer(_:target:labels:weights:task:leaveOut:readsTexts:)``; images need none.
  ///   - width: the columns of the terminal.
  package func summaryLines(
    target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil, task: LearningTask? = nil,
    width: Int = 100
  ) throws(ApusError) -> [String] {
    switch content {
    case .table(let table):
      try DataSummary(
        table, target: target ?? (labels?.columns.isEmpty == false ? nil : self.target), labels: labels,
        weights: weights, task: task
      ).lines(width: width)
    case .images(let images): ImageSummary(images, name: name).lines()
    case .text(let text): TextSummary(text, name: name).lines()
    }
  }
}
