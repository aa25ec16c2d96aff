import ApusCore
import ApusData
import ApusNN
import ApusStudio
import ApusTraining
import Testing

/// All columns of a table, drawn on the plane of two principal components.
@Suite struct ColumnTests {
  /// Numbers, a category, yes and no, a date, a text that is left out, gaps, quotes and commas.
  private static let mixed: String = {
    let random = Philox(seed: 3, path: "columns")
    var lines = ["size,\"kind, of\",<b>wild</b>,seen,remark,weight,class"]
    for row in 0..<90 {
      let size = 10 * random.uniform(UInt64(3 * row))
      let kind = ["pike", "a \"bream\"", "roach, red"][row % 3]
      let weight = size * size + random.normal(UInt64(1000 + row))
      let label = weight > 30 ? "big" : row % 3 == 0 ? "small" : "10"
      lines.append(
        (row % 17 == 5 ? "" : "\(size)") + ",\"" + kind.split(separator: "\"").joined(separator: "\"\"")
          + "\","
          + (row % 2 == 0 ? "yes" : "no") + ",2024-0\(1 + row % 9)-1\(row % 7),text \(row),"
          + (row % 13 == 4 ? "NA" : "\(weight)") + "," + (row % 29 == 28 ? "" : label))
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  private func lesson(_ target: String) -> Lesson {
    var lesson = Lesson()
    lesson.data.set = "own"
    lesson.data.columns = LessonColumns(target: target, all: true)
    lesson.epochs = 4
    return lesson
  }

  private func table(_ text: String) throws -> Table { try Table.parse(Array(text.utf8), name: "mine.csv") }

  /// Exported files run by the command come to the same weights, whatever the columns are, with rows taken away.
  @Test(arguments: ["class", "weight", "kind, of"], [[], [0, 7, 88]])
  func theExportedRunComesToTheSameWeights(_ target: String, _ removed: [Int]) throws {
    var lesson = lesson(target)
    lesson.data.removed = removed
    let playground = try PlaygroundSession(lesson, table: table(Self.mixed))
    let saved = try exportedRun(of: playground)
    #expect(saved.weights == playground.weights)
    #expect(saved.inputShape[0] > 5)
    #expect(Export(playground).swift.contains("TableFormat(hasHeader: true"))
  }

  @Test func everyColumnOfUseIsAnInput() throws {
    let plan = try LessonPlan(lesson("class"), table: table(Self.mixed))
    let names = plan.inputTitles
    for name in ["size", "size is missing", "kind, of = pike", "<b>wild</b>", "seen: month", "weight"] {
      #expect(names.contains(name), "\(names)")
    }
    #expect(!names.contains { $0.hasPrefix("remark") || $0.hasPrefix("class") })
    #expect(plan.points.classNames == ["10", "big", "small"])
    #expect(plan.points.count == 87)
  }

  /// Two columns lose nothing: a row's place on the plane stands for its features.
  @Test func twoColumnsAreTheirOwnPlane() throws {
    let text =
      "a,b,class\n" + (0..<40).map { "\($0 * 7 % 41),\($0 * $0 % 17),\($0 % 2)" }.joined(separator: "\n")
    let plan = try LessonPlan(lesson("class"), table: table(text))
    let shares = try #require(plan.variance)
    #expect(abs(shares[0] + shares[1] - 1) < 1e-5 && shares[0] >= shares[1])
    let features = try plan.features(x: plan.points.x, y: plan.points.y)
    let rows = try plan.training.batch(Array(0..<plan.training.count)).arrays()
    // The rows for training, in their order, among all.
    let known = Set(
      stride(from: 0, to: rows.inputs.count, by: 2).map { Int((rows.inputs[$0] * 1e3).rounded()) })
    let found = Set(stride(from: 0, to: features.count, by: 2).map { Int((features[$0] * 1e3).rounded()) })
    #expect(known.isSubset(of: found), "\(known.subtracting(found))")
  }

  /// The middle of the plane is the mean of the training rows, and its directions are those of most variance.
  @Test func thePlaneIsASliceThroughTheMean() throws {
    let plan = try LessonPlan(lesson("weight"), table: table(Self.mixed))
    let count = plan.training.count
    let rows = try plan.training.batch(Array(0..<count)).arrays()
    let width = plan.inputTitles.count
    let means = (0..<width).map { feature in
      (0..<count).reduce(0.0) { $0 + Double(rows.inputs[$1 * width + feature]) } / Double(count)
    }
    let slice = try plan.features(x: [0, 1, 0, 2], y: [0, 0, 1, -3]).map { Double($0) }
    func row(_ number: Int) -> [Double] { (0..<width).map { slice[number * width + $0] - means[$0] } }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (center, first, second, other) = (row(0), row(1), row(2), row(3))
    #expect(product(center, center) < 1e-9)
    #expect(abs(product(first, first) - 1) < 1e-5 && abs(product(second, second) - 1) < 1e-5)
    #expect(abs(product(first, second)) < 1e-5)
    #expect(zip(other, zip(first, second)).allSatisfy { abs($0 - (2 * $1.0 - 3 * $1.1)) < 1e-5 })
    let shares = try #require(plan.variance)
    #expect(shares[0] >= shares[1] && shares[1] > 0 && shares[0] + shares[1] < 1)
  }

  @Test func aTableWithoutTwoNumbersHasAllColumns() async throws {
    let live = try LiveSession(Lesson())
    defer { live.close() }
    let text =
      "color,shape,taste\n"
      + (0..<40).map {
        "\(["red", "blue"][$0 % 2]),\(["round", "long", "flat"][$0 % 3]),\($0 % 2 == 0 ? "sweet" : "sour")"
      }
      .joined(separator: "\n")
    let answer = try await live.open(table: text, name: "fruit.csv")
    #expect(answer["lesson"]?["data"]?["columns"]?["all"]?.boolValue == true)
  }

  @Test func whatCannotBeIsRefused() throws {
    var wide = (0..<140).map { "c\($0)" }.joined(separator: ",") + ",class\n"
    for row in 0..<20 {
      wide += (0..<140).map { "\((row * 31 + $0 * 17) % 23)" }.joined(separator: ",") + ",\(row % 2)\n"
    }
    let tooWide = try table(wide)
    let error = try #require(throws: ApusError.self) { try LessonPlan(lesson("class"), table: tooWide) }
    #expect(error.problem.contains("140 inputs"))
    #expect(throws: ApusError.self) { try LessonPlan(lesson("nothing"), table: tooWide) }
    #expect(throws: ApusError.self) { try LessonPlan(lesson("class"), table: nil) }
  }

  /// Classes are numbered as the network's outputs are: numbers by their size.
  @Test func classesThatAreNumbersAreInTheirOrder() throws {
    var lesson = Lesson()
    lesson.data.set = "own"
    lesson.data.columns = LessonColumns(x: "a", y: "b", target: "kind")
    let text =
      "a,b,kind\n" + (0..<60).map { "\($0 % 7),\($0 % 11),\([2, 10, 9][$0 % 3])" }.joined(separator: "\n")
    let plan = try LessonPlan(lesson, table: table(text))
    #expect(plan.points.classNames == ["2", "9", "10"])
    guard case .classes(let names) = plan.training.targets else { return #expect(Bool(false)) }
    #expect(names == plan.points.classNames)
  }
}
