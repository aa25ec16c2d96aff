import ApusCore
import ApusData
import ApusTraining

/// What a search's trials are judged by.
struct SearchMetric: Sendable {
  let name: String
  let isBetterWhenLarger: Bool

  /// - Throws: when there is no such metric, with the nearest.
  init(_ search: SearchConfiguration) throws {
    name = search.metric ?? MeanLoss.name
    let known = [MeanLoss.name] + Metrics.table.names
    guard known.contains(name) else {
      throw ApusError(
        "unknown metric “\(name)”", at: "search.metric", expected: known.joined(separator: ", "),
        fix: Spelling.suggestion(for: name, in: known))
    }
    isBetterWhenLarger = name == MeanLoss.name ? false : try Metrics.metric(.string(name)).isBetterWhenLarger
  }

  /// Trials are judged by what is computed after each epoch: another metric is refused before the first trial, and not
  /// after the last.
  ///
  /// - Parameter data: what the trials learn from.
  /// - Throws: for a metric that such targets do not have after an epoch.
  func check(on data: RunData) throws(ApusError) {
    let known = Metrics.ofEachEpoch(data.training.targets, isSequence: data.training.positions > 1)
    guard !known.contains(name) else { return }
    throw ApusError(
      "“\(name)” is not computed on the validation rows after each epoch, and cannot judge trials",
      at: "search.metric", expected: known.joined(separator: ", "),
      fix: "search by one of these, and look at the other with apus evaluate")
  }

  func isBetter(_ a: Double, _ b: Double) -> Bool {
    if a.isNaN || b.isNaN { return !a.isNaN }
    return isBetterWhenLarger ? a > b : a < b
  }

  /// The best first.
  func ranked(_ trials: [Search.Trial]) -> [Search.Trial] {
    trials.sorted { a, b in
      // More epochs first: a score after a part of them is no match.
      if a.scores.count != b.scores.count { return a.scores.count > b.scores.count }
      let (x, y) = (a.score ?? .nan, b.score ?? .nan)
      return x == y || (x.isNaN && y.isNaN) ? a.number < b.number : isBetter(x, y)
    }
  }
}

extension Search.Report {
  /// What a search has come to so far, read from its folder. Writes nothing.
  ///
  /// - Throws: when the folder is not that of a search.
  public init(folder: String) throws {
    let path = "\(folder)/search.json"
    guard Files.exists(path) else {
      throw ApusError(
        "there is no search.json", at: folder, expected: "the folder of a search", fix: "run apus search")
    }
    let search = try ConfigurationFile(contentsOf: "\(folder)/search.yaml").search
    let space = try search.space()
    let trials = try JSONCoding.decode(
      [Search.Trial].self, from: StrictJSON.parse(FileBytes.text(of: path), name: path), name: path)
    guard trials.allSatisfy({ $0.values.count == space.axes.count }) else {
      throw ApusError("the trials do not fit search.yaml", at: path)
    }
    let metric = try SearchMetric(search)
    self.init(
      metric: metric.name, keys: space.axes.map(\.key), ranges: space.axes.map(\.range),
      trials: metric.ranked(trials),
      importance: Search.Importance.all(space, trials), seconds: trials.reduce(0) { $0 + $1.seconds },
      folder: folder,
      isInterrupted: trials.contains { $0.status == .waiting || $0.status == .running })
  }
}
