import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// The course's pipeline on the course's data: the weight of fish, by three models, on several divisions of the rows.
struct FishMarketLab: Lab {
  let name = "fish-market"
  let theme = LabTheme.practice
  let slides = [Slide(.newYork, "Pipeline"), Slide(.newYork, "Lab: fish market")]
  let claim =
    "Formulate the problem, look at the data, design model and loss, make features, a design matrix, regularize, tune on "
    + "validation rows, and test once: the course's network ends at 46 g."
  let formula = "design matrix of degree 3: 1, xᵢ, xᵢ xⱼ, xᵢ xⱼ xₖ: 56 columns of five measures;  + λ ‖w‖²"
  let expected = Verdict.holdsPartly
  let conclusion =
    "features or hidden units halve the error of a straight fit, and one as well as the other; 46 g is what one division of the "
    + "rows gave"
  let sabotage = "shuffled targets"
  let tryIt = "apus train fish --hidden 32,32,32"
  let isShort = false

  private static let lambdas = (-6...4).map { Mathematics.pow(10, Double($0) / 2) }

  /// The root mean square errors on the test rows, in grams.
  private struct Outcome: Sendable {
    var linear = 0.0
    var cubic = 0.0
    var network = 0.0
    var withSpecies = 0.0
    var lambda = 0.0
    var truth: [Double] = []
    var predicted: [String: [Double]] = [:]
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let fish = try LabSamples.fish()
    let species = try speciesColumns()
    look(fish, &report)
    features(fish, &report)
    let seeds = context.seeds(8)
    let outcomes = try Sweep.map(seeds) { seed in try divide(fish, species, seed, context) }
    func mean(_ value: (Outcome) -> Double) -> LabValue { LabStatistics.measured(outcomes.map(value)) }
    report.part(
      "Steps 3 to 5: λ and the epoch chosen on validation rows, tested once; \(seeds.count) divisions 80 / 20"
    )
    report.tell("least squares, root mean square error", mean(\.linear), lecture: "a first model", unit: "g")
    report.tell("56 columns, ridge", mean(\.cubic), unit: "g")
    report.tell("5-32-32-32-1, ReLU", mean(\.network), unit: "g")
    report.tell("the same with the seven species", mean(\.withSpecies), unit: "g")
    let most = (0.85 * Double(seeds.count)).rounded()
    report.judge(
      "divisions in which the ridge has at most 0.7 of least squares' error",
      outcomes.count { $0.cubic <= 0.7 * $0.linear }, .atLeast(most))
    report.judge(
      "divisions in which the network has", outcomes.count { $0.network <= 0.7 * $0.linear }, .atLeast(most))
    let difference = LabStatistics.measured(outcomes.map { $0.network - $0.cubic })
    report.tell("network less ridge, division by division", difference, unit: "g")
    report.test(
      "the network on average", mean(\.network).values[0], .atMost(46),
      lecture: "46 g, on one division", unit: "g")
    report.tell(
      "its least and largest error", [outcomes.map(\.network).min()!, outcomes.map(\.network).max()!],
      unit: "g")
    report.tell("λ that validation chose, median", LabStatistics.median(outcomes.map(\.lambda)))
    report.show(truth(outcomes[0]))
    report.note(
      "Thirty test rows, among them a few heavy fish, decide the error: it differs twofold between divisions, so that one "
        + "division can't say which of two models is better.")
    return report
  }

  // MARK: Steps 1 and 2

  private func look(_ fish: LabSamples, _ report: inout LabReport) {
    report.part("Steps 1 and 2: the weight from five measures; look at the data")
    report.judge("rows, measures", [Double(fish.count), Double(fish.columns)], .equals([159, 5]))
    report.tell(
      "weight: mean, deviation", [LabStatistics.mean(fish.values), LabStatistics.deviation(fish.values)],
      unit: "g")
    let names = ["Length1", "Length2", "Length3", "Height", "Width"]
    report.show(
      Picture(
        "Weight over each measure",
        names.enumerated().map { column, name in
          Picture(
            ScatterChart(
              name,
              [.init("", fish.features.indices.map { Point(fish.features[$0][column], fish.values[$0]) })],
              xName: "cm", yName: "g", width: 250, height: 200))
        }, columns: 3))
  }

  // MARK: Step 3: features

  /// The products of up to three of a row's numbers, each once.
  private func products(_ row: [Double]) -> [Double] {
    var result = row
    for i in row.indices {
      for j in i..<row.count {
        result.append(row[i] * row[j])
        for k in j..<row.count { result.append(row[i] * row[j] * row[k]) }
      }
    }
    return result
  }

  private func features(_ fish: LabSamples, _ report: inout LabReport) {
    report.part("Step 3: the design matrix")
    let scaled = fish.standardized()
    let matrix = scaled.features.map { [1] + products($0) }
    report.judge("columns", matrix[0].count, .exactly(56), lecture: "(5 + 3)! / (5! 3!) = 56")
    for row in 0..<3 {
      report.tell("row \(row + 1): 1, five measures, x₁², x₁³, …", Array(matrix[row].prefix(8)))
    }
  }

  /// A column of 0 and 1 for each species.
  private func speciesColumns() throws -> [[Double]] {
    guard case .table(let table) = try DataSource.open("fish").content,
      let place = table.columnIndex("Species"),
      case .texts(let codes, let names) = table.columns[place].cells
    else { throw ApusError("no column of species", at: "fish") }
    return codes.map { code in names.indices.map { $0 == Int(code) ? 1 : 0 } }
  }

  // MARK: Steps 4 and 5

  private func divide(
    _ fish: LabSamples, _ species: [[Double]], _ seed: UInt64, _ context: LabContext
  ) throws -> Outcome {
    var fish = fish
    if context.isSabotaged { Philox(seed: seed, path: "lab/targets").shuffle(&fish.values) }
    let order = Philox(seed: seed, path: "lab/division").permutation(fish.count)
    let (test, validation, training) = (
      Array(order[..<32]), Array(order[32..<57]), Array(order[57...])
    )
    var outcome = Outcome()
    let known = fish.rows(training + validation)
    outcome.truth = test.map { fish.values[$0] }
    func error(_ values: [Double], _ rows: [Int]) -> Double {
      LabStatistics.mean(zip(values, rows).map { ($0 - fish.values[$1]) * ($0 - fish.values[$1]) })
        .squareRoot()
    }
    let linear = try predictions(known, fish.rows(test), 0)
    outcome.linear = error(linear, test)

    func cubic(_ fitted: LabSamples, _ rows: LabSamples, _ lambda: Double) throws -> [Double] {
      let scaled = (fitted.standardized().mapping(products), rows.standardized(by: fitted).mapping(products))
      return try predictions(scaled.0, scaled.1, lambda)
    }
    let errors = try Self.lambdas.map {
      error(try cubic(fish.rows(training), fish.rows(validation), $0), validation)
    }
    outcome.lambda = Self.lambdas[errors.indices.min { errors[$0] < errors[$1] }!]
    let ridge = try cubic(known, fish.rows(test), outcome.lambda)
    outcome.cubic = error(ridge, test)

    func network(_ samples: LabSamples) throws -> [Double] {
      let fitted = samples.rows(training)
      let mean = LabStatistics.mean(fitted.values)
      let deviation = LabStatistics.deviation(fitted.values)
      func scaled(_ rows: [Int]) -> LabSamples {
        var own = samples.rows(rows).standardized(by: fitted)
        own.values = own.values.map { ($0 - mean) / deviation }
        return own
      }
      var model = try Model.dense([samples.columns, 32, 32, 32, 1], seed: seed)
      let settings = TrainingSettings(optimizer: .adam(3e-3), epochs: 200, batch: 16, seed: seed)
      try model.fit(
        scaled(training).dataset(), validation: scaled(validation).dataset(), settings: settings)
      let rows = scaled(test).features.map { $0.map { Float($0) } }
      return try model(Tensor(rows)).values().map { mean + deviation * Double($0) }
    }
    let plain = try network(fish)
    outcome.network = error(plain, test)
    var wider = fish
    wider.features = zip(fish.features, species).map { $0 + $1 }
    outcome.withSpecies = error(try network(wider), test)
    outcome.predicted = ["least squares": linear, "ridge, degree 3": ridge, "network": plain]
    return outcome
  }

  /// Ridge regression on standardized columns, least squares at λ = 0.
  private func predictions(_ fitted: LabSamples, _ rows: LabSamples, _ lambda: Double) throws -> [Double] {
    let scaled = (fitted.standardized(), rows.standardized(by: fitted))
    let fit = LeastSquares(
      features: scaled.0.features.flatMap { $0.map { Float($0) } }, columns: scaled.0.columns,
      targets: fitted.values, lambda: lambda)
    guard let fit else { throw ApusError("least squares of \(fitted.count) rows has no solution") }
    return scaled.1.features.map { row in
      zip(row, fit.weights).reduce(fit.bias) { $0 + Double(Float($1.0)) * $1.1 }
    }
  }

  private func truth(_ outcome: Outcome) -> ScatterChart {
    ScatterChart(
      "Weight and prediction, 32 fish of one division",
      ["least squares", "ridge, degree 3", "network"].map { name in
        .init(name, zip(outcome.truth, outcome.predicted[name] ?? []).map { Point($0, $1) })
      }, xName: "weight, g", yName: "prediction, g", isEqual: true, width: 420, height: 420)
  }
}
