import Apus
import Testing

/// Targets keep double precision from the file to the metrics and the predictions.
@Suite struct TargetPrecisionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(offset: Double, scale: Double) throws {
    let random = Philox(seed: 8, path: "offset")
    let rows = (0..<300).map { row -> String in
      let (a, b) = (random.normal(UInt64(3 * row)), random.normal(UInt64(3 * row + 1)))
      return "\(a),\(b),\(offset + scale * (2 * a - b + 0.02 * random.normal(UInt64(3 * row + 2))))\n"
    }
    try folder.write("t.csv", "a,b,y\n" + rows.joined())
  }

  private func train(_ model: String = "hidden: [16]") throws -> (RunResult, Model) {
    let text = "data: {source: \(folder.path)/t.csv, target: y}\nmodel: {\(model)}\ntraining: {seed: 1}\n"
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", text))
    let result = try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
    return (result, try Model(contentsOf: folder.path("run/model.safetensors")))
  }

  /// What is added to all targets changes no metric, and what they are multiplied by only its unit.
  @Test(arguments: [(1.6e9, 1.0), (-1e12, 1.0), (0.0, 1e9), (3.0, 1e-9), (0.0, 1e-19)])
  func farFromZero(_ offset: Double, _ scale: Double) throws {
    try write(offset: 0, scale: 1)
    let (plain, _) = try train("family: linear")
    try write(offset: offset, scale: scale)
    let (result, saved) = try train("family: linear")
    func value(_ result: RunResult, _ name: String) -> Double {
      result.test.first { $0.name == name }?.value ?? .nan
    }
    // Beside 10¹² a double has four decimals.
    let tolerance = abs(offset) > 1e11 ? 1e-2 : 1e-4
    #expect(abs(value(result, "rmse") / scale / value(plain, "rmse") - 1) < tolerance, "\(result.test)")
    #expect(abs(value(result, "r2") - value(plain, "r2")) < tolerance && value(result, "r2") > 0.999)
    // The predictions have the digits that make the error.
    let source = try DataSource.open(folder.path("t.csv"), format: saved.tableFormat)
    guard case .table(let table) = source.content, case .numbers(let truth) = table.columns[2].cells else {
      throw ApusError("no table")
    }
    let written = try saved.predict(source).predictions.map { try #require(Double($0)) }
    let squares = zip(written, truth).map { ($0 - $1) * ($0 - $1) }
    let rmse = (squares.reduce(0, +) / 300).squareRoot()
    let evaluated = try saved.evaluate(source).metrics.first { $0.name == "rmse" }!.value
    #expect(abs(rmse / evaluated - 1) < tolerance, "\(rmse) \(evaluated)")
  }

  /// Whole numbers whose differences are small beside their size, as of clocks.
  @Test func smallDifferencesOfLargeNumbers() throws {
    let random = Philox(seed: 4, path: "clock")
    let rows = (0..<200).map { row -> String in
      let a = random.normal(UInt64(row))
      return "\(a),\(1_700_000_000_000_000 + Int((30 * a).rounded()))\n"
    }
    try folder.write("t.csv", "a,y\n" + rows.joined())
    let (result, _) = try train("family: linear")
    #expect(result.test.first { $0.name == "r2" }?.value ?? 0 > 0.99, "\(result.test)")
  }

  /// Numbers are written as long as they mean something.
  @Test func predictionsAreShort() {
    #expect(TargetScale(mean: 1.6e9, deviation: 1.5).text(1_600_000_000.338492256) == "1600000000.3384922")
    #expect(TargetScale(mean: 20, deviation: 9).text(23.45678901672363) == "23.456789")
    #expect(TargetScale(mean: 0, deviation: 80_000).text(123_456.789012) == "123456.789")
    #expect(TargetScale(mean: 0, deviation: 1e9).text(123_456_789.4) == "123456789.4")
    #expect(TargetScale().text(0.5) == "0.5" && TargetScale().text(3) == "3")
  }

  /// A target beyond all reason is named by its row, whichever part it falls into.
  @Test(arguments: [1e300, -1e200, 1e101])
  func absurdTargetsAreNamed(_ absurd: Double) throws {
    var lines = ["a,y"] + (0..<60).map { "\($0),\($0 % 11)" }
    lines[17] = "16,\(absurd)"
    try folder.write("t.csv", lines.joined(separator: "\n") + "\n")
    for seed in 0..<6 {
      let text =
        "data: {source: \(folder.path)/t.csv, task: regression}\ntraining: {seed: \(seed), epochs: 1}\n"
      let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", text))
      let problem = message { _ = try RunPlan(configuration, folder: folder.path("run")).run() }
      #expect(problem.contains("row 17, column 2 \"y\": the target is \(absurd)"), "\(problem)")
      #expect(problem.contains("correct the cell"))
    }
    #expect(try folder.names() == ["t.csv", "x.yaml"])
  }
}
