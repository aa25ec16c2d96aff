import Apus
import Testing

/// Linear models solved in closed form, in the columns' own units.
@Suite struct ClosedFormTests {
  private let folder: TemporaryFolder

  /// y = 3 + 2 big − 500 small + sex, with noise; the columns' units are far apart.
  init() throws {
    folder = try TemporaryFolder()
    let random = Philox(seed: 4, path: "closed form")
    var lines = ["big,small,sex,city,skewed,y"]
    for row in 0..<120 {
      func normal(_ place: Int) -> Double { random.normal(UInt64(4 * row + place)) }
      let (big, small) = (1000 + 300 * normal(0), 0.01 + 0.002 * normal(1))
      let (sex, city) = (["f", "m"][row % 2], ["a", "b", "c"][row % 3])
      let skewed = Mathematics.exp(2 * normal(2))
      let y = 3 + 2 * big - 500 * small + (sex == "m" ? 1.5 : 0) + 0.1 * normal(3)
      lines.append("\(big),\(small),\(sex),\(city),\(skewed),\(y)")
    }
    try folder.write("t.csv", lines.joined(separator: "\n") + "\n")
  }

  private func run(
    _ family: String, _ training: String = "", data: String = "leaveOut: [sex, city, skewed]"
  ) throws -> RunResult {
    let text = """
      data: {source: \(folder.path)/t.csv, target: y, test: 0.2, validation: 0, \(data)}
      model: {family: \(family)}
      training: {seed: 1\(training)}
      """
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", text))
    return try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
  }

  private func coefficients(_ result: RunResult) throws -> [String: Double] {
    let rule = try #require(result.linear?.rules.first)
    return Dictionary(rule.terms.map { ($0.name, $0.weight) }) { $1 }
  }

  /// The normal equations of raw columns, by Gauss' elimination.
  private func leastSquares(_ result: RunResult, _ columns: [Int]) throws -> [Double] {
    let cells = try FileBytes.text(of: folder.path("t.csv")).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map { Double($0) ?? 0 } }
    let rows = try FileBytes.text(of: folder.path("run/split.csv")).split(separator: "\n").dropFirst()
      .filter { $0.hasSuffix(",training") }.map { Int($0.split(separator: ",")[0])! - 1 }
    let x = rows.map { row in columns.map { cells[row][$0] } + [1] }
    let y = rows.map { cells[$0][5] }
    let n = columns.count + 1
    var a = (0..<n).map { i in (0..<n).map { j in x.reduce(0) { $0 + $1[i] * $1[j] } } }
    var b = (0..<n).map { i in zip(x, y).reduce(0) { $0 + $1.0[i] * $1.1 } }
    for k in 0..<n {
      for i in (k + 1)..<max(n, k + 1) {
        let part = a[i][k] / a[k][k]
        for j in k..<n { a[i][j] -= part * a[k][j] }
        b[i] -= part * b[k]
      }
    }
    for k in stride(from: n - 1, through: 0, by: -1) {
      for j in (k + 1)..<max(n, k + 1) { b[k] -= a[k][j] * b[j] }
      b[k] /= a[k][k]
    }
    return b
  }

  @Test func ordinaryLeastSquares() throws {
    let result = try run("linear")
    let (found, expected) = (try coefficients(result), try leastSquares(result, [0, 1]))
    #expect(abs(found["big"]! - expected[0]) < 1e-5 * abs(expected[0]))
    #expect(abs(found["small"]! - expected[1]) < 1e-4 * abs(expected[1]))
    #expect(abs(result.linear!.rules[0].intercept - expected[2]) < 1e-3 * abs(expected[2]))
    #expect(result.kept.rule == .closedForm && result.epochs == 0)
    #expect(result.linear?.closedForm?.isSolution == true && result.linear?.conclusion == nil)
    #expect(result.json["linear"]?["closedForm"]?["isSolution"] == .bool(true))
    #expect(result.json["kept"]?["rule"] == .string("closedForm"))
    let text = LinearLines(result.linear!).lines().joined(separator: "\n")
    #expect(text.contains("solved in closed form: loss"), "\(text)")
    #expect(RunPage(result).html.contains("no step was trained"))
    // What the run leaves is solved again, to the same bits.
    let again = try RunConfiguration.load(yaml: folder.path("run/config.yaml"))
    #expect(again.training.epochs == nil && again.training.optimizer == nil)
    #expect(try RunPlan(again, folder: folder.path("again")).run().model.bits == result.model.bits)
  }

  /// Whatever is said of how to train means gradient descent, and the report says which it was.
  @Test(arguments: [", epochs: 30", ", optimizer: adam", ", learningRate: 0.1", ", batch: 8", ", steps: 40"])
  func gradientDescentWhereAskedFor(_ training: String) throws {
    let result = try run("linear", training)
    #expect(result.kept.rule != .closedForm && result.epochs > 0)
    #expect(result.linear?.closedForm?.isSolution == false)
    #expect(LinearLines(result.linear!).lines().joined(separator: "\n").contains("trained by gradient"))
  }

  @Test func ridge() throws {
    let result = try run("{ridge: {lambda: 5}}")
    let form = try #require(result.linear?.closedForm)
    #expect(form.isSolution && abs(form.gap) < 1e-6)
    // Smaller weights than without.
    #expect(result.linear!.weightNorm < (try run("linear")).linear!.weightNorm)
  }

  /// Dummies of two columns: of all coefficients that predict the same, the shortest, and it is said.
  @Test func coefficientsThatAreNotUnique() throws {
    let result = try run("linear", data: "leaveOut: [skewed]")
    let reading = try #require(result.linear)
    #expect(reading.closedForm?.rank == 6 && reading.weightCount == 7)
    let conclusion = try #require(reading.conclusion)
    #expect(conclusion.contains("not unique: 2 of 8") && conclusion.contains("\"sex\", \"city\""))
    let found = try coefficients(result)
    #expect(abs(found["sex = m"]! - found["sex = f"]! - 1.5) < 0.1)
    // The shortest: those of a column add up to 0.
    #expect(abs(found["sex = m"]! + found["sex = f"]!) < 1e-4)
    #expect(abs(found["city = a"]! + found["city = b"]! + found["city = c"]!) < 1e-4)
    // λ decides between them.
    #expect(try run("ridge", data: "leaveOut: [skewed]").linear?.conclusion == nil)
  }

  /// The same of models without a closed form, by their columns alone; λ, or columns of numbers, leave nothing open.
  @Test func dummiesOfClassifiers() throws {
    let random = Philox(seed: 8, path: "dummies")
    func lines(_ classes: [String]) -> String {
      "x,city,sex,kind\n"
        + (0..<120).map { row in
          let x = random.normal(UInt64(row))
          let noise = 2 * random.normal(UInt64(200 + row))
          let place = min(max(Int(x + noise + Double(classes.count) / 2), 0), classes.count - 1)
          return "\(x),\(["a", "b", "c"][row % 3]),\(["f", "m"][row % 2]),\(classes[place])"
        }.joined(separator: "\n") + "\n"
    }
    func conclusion(_ family: String, _ classes: [String], _ data: String = "") throws -> String? {
      try folder.write("k.csv", lines(classes))
      let text =
        "data: {source: \(folder.path)/k.csv, target: kind\(data)}\nmodel: {family: \(family)}\n"
        + "training: {seed: 1, epochs: 3}\n"
      let configuration = try RunConfiguration.load(yaml: folder.write("k.yaml", text))
      return try RunPlan(configuration, folder: folder.path("k"), overwrite: true).run().linear?.conclusion
    }
    for (family, classes) in [("logistic", ["no", "yes"]), ("softmax", ["p", "q", "r"])] {
      let found = try #require(try conclusion(family, classes))
      #expect(
        found
          == "the coefficients are not unique; the categories of \"city\", \"sex\" add up to 1, so that only "
          + "their differences mean something", "\(found)")
      #expect(try conclusion(family, classes, ", leaveOut: [city, sex]") == nil)
      #expect(try conclusion("{\(family): {lambda: 1}}", classes) == nil)
    }
  }

  /// Linear models see columns in their own units; others take the logarithm of skewed ones.
  @Test func logarithmsAreASetting() throws {
    #expect(try coefficients(run("linear", data: "leaveOut: [sex, city]"))["skewed"] != nil)
    let asked = try run("linear", data: "leaveOut: [sex, city], logarithms: true")
    #expect(try coefficients(asked).keys.contains { $0.hasPrefix("ln(1 + skewed / ") })
    func note(_ family: String, _ data: String) throws -> Bool {
      try run(family, ", epochs: 1", data: data).notes.contains { $0.contains("\"skewed\" is skewed") }
    }
    #expect(try note("mlp", "leaveOut: [sex]") && !note("mlp", "logarithms: false"))
    #expect(try !note("lasso", "leaveOut: [sex]"))
  }

  /// The rule of products of columns, in the columns' own units, is what the model predicts.
  @Test func aRuleAfterPolynomial() throws {
    let result = try run("ridge", data: "leaveOut: [city, skewed], features: [polynomial]")
    let rule = try #require(result.linear?.rules.first)
    #expect(rule.terms.map(\.name).contains("big·small") && rule.terms.map(\.name).contains("big²"))
    let source = try DataSource.open(folder.path("t.csv"))
    let predicted = try result.model.predict(source).predictions.map { Double($0)! }
    let cells = try FileBytes.text(of: folder.path("t.csv")).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    for (row, prediction) in zip(cells, predicted) {
      let values = [
        "big": Double(row[0])!, "small": Double(row[1])!, "sex = m": row[2] == "m" ? 1 : 0,
        "sex = f": row[2] == "f" ? 1 : 0,
      ]
      let value = rule.terms.reduce(rule.intercept) { sum, term in
        sum
          + term.weight
          * term.name.split(separator: "·").reduce(1) { product, factor in
            let isSquare = factor.hasSuffix("²")
            let name = String(isSquare ? factor.dropLast() : factor)
            return product * values[name]! * (isSquare ? values[name]! : 1)
          }
      }
      #expect(abs(value - prediction) < 1e-2, "\(value), \(prediction)")
    }
  }

  /// Every coefficient stands in the report, not only the largest ten.
  @Test func allCoefficients() throws {
    let result = try run("ridge", data: "leaveOut: [skewed], features: [polynomial]")
    let html = RunPage(result).html
    for term in try #require(result.linear?.rules.first).terms {
      #expect(html.contains("<td>\(term.name)</td>"), "\(term.name)")
    }
    #expect(html.contains("All coefficients"))
  }

  /// A condition number that is known: of a column and a nearly equal one.
  @Test func condition() throws {
    let features = (0..<100).flatMap { row -> [Float] in
      let (x, y): (Float, Float) = (row % 2 == 0 ? 1 : -1, row % 4 < 2 ? 1 : -1)
      return [x, x + y / 8]
    }
    let least = try #require(
      LeastSquares(features: features, columns: 2, targets: (0..<100).map { Double($0) }))
    // Singular values of [[1, 1], [0, 1/8]].
    let (sum, root) = (2 + 1.0 / 64, ((2 + 1.0 / 64) * (2 + 1.0 / 64) - 4.0 / 64).squareRoot())
    #expect(abs(least.condition - ((sum + root) / (sum - root)).squareRoot()) < 1e-6)
    // Equal columns: the shortest weights are equal.
    let twice = try #require(
      LeastSquares(features: [1, 1, 2, 2, 3, 3], columns: 2, targets: [2, 4, 6]))
    #expect(twice.rank == 2 && abs(twice.weights[0] - 1) < 1e-9 && abs(twice.weights[1] - 1) < 1e-9)
  }
}
