import ApusCore
import ApusData
import Testing

@Suite struct BuiltInDatasetTests {
  private func table(_ name: String, _ options: GeneratedOptions = GeneratedOptions()) throws -> Table {
    guard case .table(let table) = try DataSource.open(name, generated: options).content else {
      throw ApusError("no table")
    }
    return table
  }

  @Test func digitsAreThoseOfUCI() throws {
    let digits = try ImageSet.digits()
    let test = try #require(digits.test)
    #expect(digits.training.count == 3823 && test.count == 1797)
    #expect(digits.training.bytes.max() == 16 && test.bytes.max() == 16)
    // The class counts of optdigits.names.
    let counts = (0..<10).map { label in digits.training.labels.count { $0 == label } }
    #expect(counts == [376, 389, 380, 389, 387, 376, 377, 387, 380, 382])
    #expect(
      (0..<10).map { label in test.labels.count { $0 == label } } == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
      ])
    #expect(digits.training.bytes[..<8] == [0, 1, 6, 15, 12, 1, 0, 0])
  }

  @Test func irisAndFish() throws {
    let iris = try TableTask(table("iris"), target: "species")
    #expect(iris.rows.count == 150 && iris.classNames == ["setosa", "versicolor", "virginica"])
    let fish = try TableTask(table("fish"), target: "Weight")
    #expect(fish.rows.count == 159 && fish.target.task == .regression)
    #expect(try fish.fit(fish.unsplit().training).preprocessing.featureCount == 12)
  }

  @Test func xorIsFourRowsUnlessACloudIsAsked() throws {
    let plain = try DataSource.open("xor")
    #expect(plain.isUnsplit)
    let four = try table("xor")
    #expect(four.rowCount == 4)
    for row in 0..<4 {
      #expect((four.numbers(0)[row] != four.numbers(1)[row]) == (four.numbers(2)[row] == 1))
    }
    #expect(try table("xor", GeneratedOptions(rows: 400)).rowCount == 400)
    #expect(try !DataSource.open("xor", generated: GeneratedOptions(rows: 400)).isUnsplit)
    #expect(try !DataSource.open("xor", generated: GeneratedOptions(noise: 0.2)).isUnsplit)
  }

  @Test(arguments: ["moons", "circles", "blobs", "spirals"])
  func generatedSets(_ name: String) throws {
    let a = try table(name, GeneratedOptions(rows: 90, seed: 1))
    #expect(a.rowCount == 90)
    #expect(a.numbers(0) == (try table(name, GeneratedOptions(rows: 90, seed: 1)).numbers(0)))
    #expect(a.numbers(0) != (try table(name, GeneratedOptions(rows: 90, seed: 2)).numbers(0)))
    #expect(a.numbers(0).allSatisfy { abs($0) < 6 })
    let task = try TableTask(a, target: "class")
    #expect(task.classNames.count == (name == "blobs" ? 3 : 2))
    #expect(message { _ = try table(name, GeneratedOptions(rows: 0)) }.contains("0 rows"))
    #expect(message { _ = try table(name, GeneratedOptions(noise: -1)) }.contains("noise"))
    #expect(message { _ = try table(name, GeneratedOptions(noise: .nan)) }.contains("noise"))
  }

  @Test func circlesLieOnCircles() throws {
    let circles = try table("circles", GeneratedOptions(noise: 0))
    for row in 0..<circles.rowCount {
      let x = circles.numbers(0)[row]
      let y = circles.numbers(1)[row]
      let radius = circles.numbers(2)[row] == 0 ? 1.0 : 0.5
      #expect(abs((x * x + y * y).squareRoot() - radius) < 1e-12)
    }
  }

  @Test func namesThatDoNotExist() {
    let text = message { _ = try DataSource.open("irsi") }
    #expect(text.contains("did you mean iris?") && text.contains("spirals"))
    #expect(Set(BuiltInDataset.all.map(\.name)).count == BuiltInDataset.all.count)
  }

  @Test func theFingerprintFollowsTheContent() throws {
    let options = GeneratedOptions(rows: 20, seed: 1)
    let a = try DataSource.open("moons", generated: options).fingerprint()
    #expect(try DataSource.open("moons", generated: options).fingerprint() == a)
    #expect(try DataSource.open("moons", generated: GeneratedOptions(rows: 20, seed: 2)).fingerprint() != a)
    let digits = try DataSource.open("digits")
    #expect(try digits.fingerprint() == DataSource.open("digits").fingerprint())
  }

  @Test func aPathBeatsAName() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("iris", Array("a,b\n1,2\n3,4\n".utf8))
    let source = try DataSource.open(path)
    #expect(source.origin == path && source.name == "iris")
    guard case .table(let table) = source.content else { return }
    #expect(table.rowCount == 2)
  }
}
