import ApusCore
import ApusData
import ApusTraining

/// A check of the division of the training rows among the classes, by weight where they have weights.
struct ClassBalance: Examination {
  static let name = "class balance"
  static let stage = Examinations.Stage.data
  static let why =
    "Whoever always answers the largest class is right as often as its share, and has learned nothing."
  static let moments = [Examinations.Moment.beforeTraining]

  /// The largest class' share from which accuracy says next to nothing.
  private static let mostShare = 0.95
  /// Times the smallest class.
  private static let mostRatio = 10.0

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard case .classes(let names) = examined.training.targets, let counts = examined.training.classWeights()
    else { return nil }
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    func figure(_ count: Double) -> String { Int(exactly: count).map(String.init) ?? shortFigure(count) }
    let largest = counts.indices.max { counts[$0] < counts[$1] }!
    let smallest = counts.indices.min { counts[$0] < counts[$1] }!
    let share = counts[largest] / total
    let isUneven = counts[largest] >= Self.mostRatio * counts[smallest]
    let percent = shortFigure(100 * share, digits: 3)
    return Finding.Result(
      isUneven || share >= Self.mostShare ? .look : .ok, value: share,
      figure: isUneven || share >= Self.mostShare
        ? "\(percent) % are “\(names[largest])”, \(figure(counts[smallest])) of \(figure(total)) “\(names[smallest])”"
        : "largest \(percent) % of \(names.count) classes",
      expected: "below \(shortText(Self.mostRatio)) × the smallest",
      fix:
        "judge by ROC AUC and by recall and precision of each class, gather more of the rare ones, or give "
        + "--class-weights balanced",
      details: FindingDetails(
        ["class", examined.training.weights == nil ? "rows" : "weight"],
        counts.indices.prefix(30).map { [names[$0], figure(counts[$0])] }))
  }
}

/// Rows that are among those trained on and among those judged by.
struct SharedRows: Examination {
  static let name = "shared rows"
  static let stage = Examinations.Stage.data
  static let why =
    "A row that was trained on is remembered, not predicted: it makes validation and test too good."
  static let moments = [Examinations.Moment.beforeTraining]

  /// A pair or two are chance; beyond, this part of the judged rows.
  private static let fewest = 3
  private static let suspicious = 0.01
  private static let certain = 0.1
  /// The largest fraction of shared rows; where more are shared, the figures say nothing of new rows, whatever the
  /// reason.
  private static let most = 0.5

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    let judged = [examined.validation, examined.test].compactMap { $0 }
    guard !judged.isEmpty else { return nil }
    let training = Self.hashes(examined.training)
    let known = Set(training)
    let rows = judged.flatMap { Self.hashes($0) }
    let shared = rows.count { known.contains($0) }
    let share = Double(shared) / Double(rows.count)
    // Where the rows trained on are alike among themselves, so few different values are nature, or copies made
    // before the split.
    let repeated = Double(training.count - known.count) / Double(training.count)
    let areAlike = repeated > share / 2
    let level: Finding.Level =
      shared < Self.fewest || share <= Self.suspicious
      ? .ok : share > Self.most || (share > Self.certain && !areAlike) ? .bad : .look
    return Finding.Result(
      level, value: share,
      figure: shared == 0 ? "none" : "\(shared) of \(rows.count)",
      expected: "none or two, or 1 %",
      fix: areAlike
        ? "\(shortFigure(100 * repeated, digits: 2)) % of the training rows are copies too: remove copies before "
          + "the split, unless the columns have few different values by nature"
        : "take them out of the validation and test rows, and look where they come from")
  }

  /// A hash of each row's inputs.
  private static func hashes(_ dataset: any Dataset) -> [UInt64] {
    let size = dataset.inputSize
    var hashes: [UInt64] = []
    hashes.reserveCapacity(dataset.count)
    for batch in dataset.batches(of: 256) {
      batch.arrays().inputs.withUnsafeBufferPointer { inputs in
        for row in 0..<batch.count {
          var hash = StableHasher()
          for index in (row &* size)..<(row &* size &+ size) {
            hash.add(UInt64((inputs[index] == 0 ? 0 : inputs[index]).bitPattern))
          }
          hashes.append(hash.value)
        }
      }
    }
    return hashes
  }
}
