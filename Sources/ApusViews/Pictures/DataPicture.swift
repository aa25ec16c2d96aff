public import ApusCore
public import ApusData
import ApusRuns

/// Pictures of data before any training: what lecture 3 asks one to look at first.
extension Picture {
  /// A picture of what is in data.
  ///
  /// Of a table: the target, the two numbers that have the most to do with it against one another (classes in colors), and
  /// each column's distribution. Of images: the first of each class, the mean image, the classes' sizes. Of a text: its
  /// characters by their number.
  ///
  /// - Parameter target: a column of a table, or of what a table says of images; the usual one when nil.
  /// - Throws: when the target isn't there, or cannot be predicted.
  public static func data(_ source: DataSource, target: String? = nil) throws(ApusError) -> Picture {
    try data(source, target: target, labels: nil, weights: nil, task: nil)
  }

  /// - Parameters: as of ``DataSource/summaryLines(target:labels:weights:task:width:)``.
  package static func data(
    _ source: DataSource, target: String?, labels: LabelRequest?, weights: String?, task: LearningTask?
  ) throws(ApusError) -> Picture {
    switch source.content {
    case .table(let table):
      let summary = try source.summary(table, target, labels, weights, task)
      return Picture(DataPicture.chart(of: table, summary))
    case .images(let images):
      return Picture(
        DataPicture.chart(of: try images.described(target, labels, task), name: source.name))
    case .text(let text): return Picture(DataPicture.chart(of: TextSummary(text, name: source.name)))
    }
  }
}

/// The charts of a picture of data.
private enum DataPicture {
  /// More columns, classes or characters than these are left out, and the title says so.
  static let mostColumns = 30
  static let mostNames = 30
  /// Points of a chart; of more rows some are chosen, evenly.
  static let mostPoints = 2_000
  /// As many classes have a color of their own.
  static let mostColors = 6

  // MARK: Tables

  static func chart(of table: Table, _ summary: DataSummary) -> ChartGrid {
    let targets = summary.target?.indices ?? []
    var charts: [any Chart] = []
    if !summary.classCounts.isEmpty {
      let name = summary.target?.labels == nil ? targets.first.map { table.columns[$0].name } : nil
      charts.append(bars(name.map { "\($0) (the target)" } ?? "The labels", summary.classCounts))
    } else {
      charts += targets.map {
        distribution(of: summary.columns[$0], title: "\(summary.columns[$0].name) (the target)")
      }
    }
    charts += strongest(table, summary, targets)
    let inputs = summary.columns.indices.filter { !targets.contains($0) }
    charts += inputs.prefix(mostColumns).map { distribution(of: summary.columns[$0]) }
    let left = inputs.count - mostColumns
    return ChartGrid(
      "\(summary.name): \(grouped(summary.rowCount)) rows of \(counted(summary.columns.count, "column"))"
        + (left > 0 ? ", the last \(left) not shown" : ""), charts, columns: 3)
  }

  private static func distribution(of column: DataSummary.Column) -> any Chart {
    let missing = column.missingCount > 0 ? ", \(grouped(column.missingCount)) missing" : ""
    return distribution(of: column, title: column.name + missing)
  }

  private static func distribution(of column: DataSummary.Column, title: String) -> any Chart {
    if let statistics = column.statistics, statistics.minimum < statistics.maximum, column.kind == .number {
      return HistogramChart(
        title,
        Histogram(low: statistics.minimum, high: statistics.maximum, counts: statistics.histogram),
        width: 320, height: 220)
    }
    if let first = column.firstDate, let last = column.lastDate {
      return BarChart(
        "\(title): \(first) to \(last)",
        [.init("different dates", Double(column.distinctCount), figure: grouped(column.distinctCount))],
        width: 320)
    }
    if let statistics = column.statistics, column.topValues.isEmpty {
      return BarChart(
        "\(title): always \(ChartScale.figure(statistics.minimum))",
        [.init("rows", Double(column.filledCount), figure: grouped(column.filledCount))], width: 320)
    }
    let rest = column.distinctCount - column.topValues.count
    return bars(title + (rest > 0 ? ", \(grouped(rest)) further values" : ""), column.topValues)
  }

  private static func bars(_ title: String, _ counts: [DataSummary.Count]) -> BarChart {
    let left = counts.count - mostNames
    return BarChart(
      title + (left > 0 ? ", \(left) further" : ""),
      counts.prefix(mostNames).map { .init($0.name, Double($0.count), figure: grouped($0.count)) }, width: 320
    )
  }

  /// The two columns of numbers that have the most to do with the target against one another, in the colors of its classes;
  /// where the target is a number, each of the two against it.
  private static func strongest(_ table: Table, _ summary: DataSummary, _ targets: [Int]) -> [ScatterChart] {
    guard let target = targets.first, summary.target?.labels == nil else { return [] }
    func numbers(_ index: Int) -> StoredValues<Double>? {
      guard summary.columns[index].kind == .number, case .numbers(let numbers) = table.columns[index].cells
      else { return nil }
      return numbers
    }
    let ranked = summary.targetAssociations.compactMap {
      association -> (name: String, numbers: StoredValues<Double>)? in
      guard let index = table.columns.firstIndex(where: { $0.name == association.first }) else { return nil }
      return numbers(index).map { (association.first, $0) }
    }.prefix(2)
    let rows = Array(stride(from: 0, to: table.rowCount, by: max((table.rowCount - 1) / mostPoints + 1, 1)))
    func points(_ x: StoredValues<Double>, _ y: StoredValues<Double>, _ rows: [Int]) -> [Point] {
      rows.filter { x[$0].isFinite && y[$0].isFinite }.map { Point(x[$0], y[$0]) }
    }
    if summary.target?.task == .regression, let truth = numbers(target) {
      let name = summary.columns[target].name
      return ranked.map {
        ScatterChart(
          "\(name) over \($0.name)", [.init("", points($0.numbers, truth, rows))], xName: $0.name,
          yName: name,
          width: 320)
      }
    }
    guard ranked.count == 2 else { return [] }
    let (first, second) = (ranked[0], ranked[1])
    return [
      ScatterChart(
        "\(second.name) over \(first.name)",
        classes(table, target, summary, rows).map {
          .init($0.name, points(first.numbers, second.numbers, $0.rows))
        },
        xName: first.name, yName: second.name, width: 320)
    ]
  }

  /// The rows of each class, the most frequent ones by themselves and the others together.
  private static func classes(
    _ table: Table, _ target: Int, _ summary: DataSummary, _ rows: [Int]
  ) -> [(name: String, rows: [Int])] {
    guard case .texts(let codes, let values) = table.columns[target].asTexts().cells else { return [] }
    let names = summary.classCounts.map(\.name)
    let own = names.count <= mostColors ? names : Array(names.prefix(mostColors - 1))
    var groups = own.map { (name: $0, rows: [Int]()) }
    var others: [Int] = []
    for row in rows where codes[row] >= 0 {
      if let group = own.firstIndex(of: values[Int(codes[row])]) {
        groups[group].rows.append(row)
      } else {
        others.append(row)
      }
    }
    if !others.isEmpty { groups.append(("\(names.count - own.count) others", others)) }
    return groups.filter { !$0.rows.isEmpty }
  }

  // MARK: Images and texts

  static func chart(of images: ImageSet, name: String) -> ChartGrid {
    let summary = ImageSummary(images, name: name)
    let training = images.training
    let targets = training.targets.names
    let extent = training.inputShape.map { String($0) }.joined(separator: " × ")
    var charts: [any Chart] = []
    let rows = samples(training)
    // A real number comes as a byte already.
    let white = training.areReal ? 255 : training.normalization.white
    if !rows.isEmpty {
      charts.append(
        ImageGrid(
          "Training images, the first of each class",
          rows.map { row in
            let image = training[row.row]
            return .init(PixelImage(image, white: white), row.label.map { [targets[$0]] } ?? [])
          }, columns: 8, tileWidth: 44))
    }
    if training.inputShape.count == 3 {
      charts.append(
        ImageGrid(
          "The mean image",
          [
            .init(
              PixelImage(
                summary.meanImage, width: training.inputShape[1],
                in: (summary.meanImage.min() ?? 0)...max(summary.meanImage.max() ?? 1, 1e-12),
                ramp: .gray))
          ], tileWidth: 176))
    }
    if !summary.classCounts.isEmpty { charts.append(bars("Training images of each", summary.classCounts)) }
    return ChartGrid(
      "\(name): \(grouped(summary.trainingCount)) images of \(extent)", charts, columns: 2)
  }

  /// The first eight images of each of the first ten classes, or the first 40 images where there are none.
  private static func samples(_ images: ImageDataset) -> [(row: Int, label: Int?)] {
    guard images.inputShape.count == 3, [1, 3].contains(images.inputShape[2]) else { return [] }
    guard case .classes = images.targets, images.hasLabels else {
      return (0..<min(images.count, 40)).map { ($0, nil) }
    }
    let classes = min(images.targets.names.count, 10)
    var found = [[Int]](repeating: [], count: classes)
    for (row, label) in images.labels.enumerated() where Int(label) < classes && found[Int(label)].count < 8 {
      found[Int(label)].append(row)
    }
    return found.enumerated().flatMap { label, rows in rows.map { ($0, label) } }
  }

  static func chart(of text: TextSummary) -> ChartGrid {
    ChartGrid(
      "\(text.name): \(grouped(text.characterCount)) characters, \(grouped(text.counts.count)) of them different",
      [bars("How often each stands", text.counts)], columns: 1)
  }
}

extension PixelImage {
  /// An image: gray for one channel, colors for three.
  fileprivate init(_ image: Image, white: Double) {
    let channels = image.shape[2]
    let bytes = image.bytes.map { UInt8(min(Double($0) * 255 / white, 255).rounded()) }
    self.init(
      width: image.shape[1], height: image.shape[0],
      pixels: stride(from: 0, to: bytes.count, by: channels).map { start in
        let (red, last) = (bytes[start], bytes[start + channels - 1])
        return Color(red: red, green: channels == 3 ? bytes[start + 1] : red, blue: last)
      })
  }
}
