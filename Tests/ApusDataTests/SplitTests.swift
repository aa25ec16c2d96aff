import ApusCore
import ApusData
import Testing

@Suite struct SplitTests {
  private let classes: [Int32] = (0..<1000).map { $0 % 10 < 7 ? 0 : $0 % 10 < 9 ? 1 : 2 }

  @Test func partsAreDisjointAndComplete() throws {
    let split = try Split.random(rows: Array(0..<1000), classes: classes, Split.Options(seed: 7))
    let all = split.training.indices + split.validation + split.test
    #expect(all.sorted() == Array(0..<1000))
    #expect(split.test.count == 200 && split.validation.count == 100)
  }

  @Test func classesKeepTheirProportion() throws {
    let split = try Split.random(rows: Array(0..<1000), classes: classes, Split.Options(seed: 7))
    for part in [split.validation, split.test] {
      for (label, share) in [(Int32(0), 0.7), (1, 0.2), (2, 0.1)] {
        let count = part.count { classes[$0] == label }
        #expect(abs(Double(count) - share * Double(part.count)) <= 1)
      }
    }
  }

  @Test func theSeedDecides() throws {
    let rows = Array(0..<100)
    let a = try Split.random(rows: rows, Split.Options(seed: 1))
    #expect(try Split.random(rows: rows, Split.Options(seed: 1)) == a)
    #expect(try Split.random(rows: rows, Split.Options(seed: 2)) != a)
  }

  @Test func rareClassesStayInTraining() throws {
    let classes: [Int32] = [Int32](repeating: 0, count: 98) + [1, 2]
    for seed in 0..<30 {
      let split = try Split.random(
        rows: Array(0..<100), classes: classes, Split.Options(validation: 0.3, test: 0.3, seed: UInt64(seed)))
      #expect(split.training.indices.contains(98) && split.training.indices.contains(99))
    }
  }

  @Test func badFractions() {
    for (validation, test) in [(-0.1, 0.2), (0.5, 0.5), (0.0, 1.0), (Double.nan, 0.1), (0.1, .infinity)] {
      let options = Split.Options(validation: validation, test: test)
      #expect(!message { _ = try Split.random(rows: Array(0..<10), options) }.isEmpty)
    }
    #expect(message { _ = try Split.random(rows: []) }.contains("0 rows cannot be split"))
  }

  @Test func foldsCoverEveryRowOnce() throws {
    let folds = try Split.folds(5, rows: Array(0..<1000), classes: classes, seed: 3)
    #expect(folds.flatMap(\.validation).sorted() == Array(0..<1000))
    for fold in folds {
      #expect((fold.training.indices + fold.validation).sorted() == Array(0..<1000))
      #expect(fold.validation.count == 200)
      #expect(fold.validation.count { classes[$0] == 2 } == 20)
    }
    #expect(message { _ = try Split.folds(5, rows: [1, 2]) }.contains("5 folds"))
    #expect(message { _ = try Split.folds(1, rows: [1, 2]) }.contains("1 folds"))
  }

  @Test func splitsMadeElsewhere() throws {
    let split = try Split.explicit(training: [3, 1], validation: [2], test: [0])
    #expect(split.training.indices == [1, 3] && split.test == [0])
    #expect(message { _ = try Split.explicit(training: [1, 2], test: [2]) }.contains("row 2"))
    #expect(message { _ = try Split.explicit(training: [-1]) }.contains("row -1"))
    #expect(message { _ = try Split.explicit(training: []) }.contains("no training rows"))
  }

  @Test func anExplicitTestSet() throws {
    let split = try Split.random(
      rows: Array(0..<100), testRows: Array(80..<100), Split.Options(validation: 0.25, test: 0.9))
    #expect(split.test == Array(80..<100))
    #expect(split.validation.count == 20 && split.training.count == 60)
  }
}
