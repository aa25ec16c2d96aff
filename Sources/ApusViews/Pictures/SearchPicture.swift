import ApusCore
public import ApusRuns

extension Search.Report {
  /// A picture of what mattered: the fraction of the scores' spread that each key explains, and the scores over each
  /// key's values.
  public var picture: Picture {
    var charts: [any Chart] = []
    if !importance.isEmpty {
      charts.append(
        BarChart(
          "What mattered: share of the spread explained",
          importance.map { .init($0.key, $0.share, figure: ConfusionChart.percent($0.share)) }, limit: 1))
    }
    charts += keys.indices.map { scatter(of: $0) }
    let done = trials.count { $0.status == .finished }
    return Picture(
      ChartGrid("Search: \(trials.count) trials, \(done) with all their epochs", charts, columns: 2))
  }

  private func scatter(of key: Int) -> ScatterChart {
    let scored = trials.filter { $0.score?.isFinite == true }
    let scores = scored.compactMap(\.score)
    let isWide = (scores.min() ?? 0) > 0 && (scores.max() ?? 1) / (scores.min() ?? 1) > 30
    let numbers = scored.compactMap { $0.values[key].doubleValue }
    var names: [String] = []
    if numbers.count < scored.count {
      for trial in scored where !names.contains(Self.text(trial.values[key])) {
        names.append(Self.text(trial.values[key]))
      }
    }
    names.sort { ($0.count, $0) < ($1.count, $1) }
    func place(_ trial: Search.Trial) -> Double {
      names.isEmpty
        ? trial.values[key].doubleValue ?? .nan : Double(names.firstIndex(of: Self.text(trial.values[key]))!)
    }
    func group(_ name: String, _ trials: [Search.Trial]) -> [ScatterChart.Group] {
      trials.isEmpty ? [] : [.init(name, trials.map { Point(place($0), $0.score ?? .nan) })]
    }
    let isLogarithmic = names.isEmpty && ranges[key].isLogarithmic
    return ScatterChart(
      keys[key],
      group("all epochs", scored.filter { $0.status == .finished })
        + group("stopped early", scored.filter { $0.status != .finished }),
      yName: metric, xKind: isLogarithmic ? .logarithmic : .linear, yKind: isWide ? .logarithmic : .linear,
      xNames: names)
  }

  private static func text(_ value: JSONValue) -> String { value.stringValue ?? value.text() }
}
