import Apus
import ApusCore
import Testing

@Suite struct SweepTests {
  /// Results stand in the order of settings and seeds, whichever is ready first.
  @Test func order() throws {
    let found = try Sweep.run([3, 1, 2], seeds: 10...13) { setting, seed -> String in
      // Later ones have less to do.
      var sum = 0.0
      for step in 0..<(40_000 / Int(seed)) { sum += Double(step).squareRoot() }
      return "\(setting) \(seed) \(sum > 0)"
    }
    #expect(found == [3, 1, 2].map { setting in (10...13).map { "\(setting) \($0) true" } })
    let nothing = try Sweep.map([Int]()) { $0 }
    #expect(nothing.isEmpty)
    let seedless = try Sweep.run([1], seeds: [UInt64]()) { _, _ in 0 }
    #expect(seedless == [[]])
  }

  /// The first error in that order, though another one is thrown sooner.
  @Test func errors() throws {
    do {
      _ = try Sweep.map([1, 2, 3, 4]) { number -> Int in
        if number > 1 { throw ApusError("number \(number)") }
        return number
      }
      Issue.record("an error is thrown")
    } catch let error as ApusError {
      #expect(error.problem == "number 2")
    }
  }

  /// Trainings beside each other have the bits of one after the other.
  @Test func trainings() throws {
    let data = try TableDataset(
      features: (0..<80).map { Float(($0 * 37) % 19) / 10 }, inputShape: [2],
      labels: (0..<40).map { Int32($0 % 2) }, names: ["a", "b"])
    @Sendable func trained(_ units: Int, _ seed: UInt64) throws -> [Float] {
      var model = try Model(input: [2], seed: seed) {
        Dense(units); ReLU(); Dense(2)
      }
      try model.fit(data, epochs: 3, seed: seed)
      return model["2.weight"]!
    }
    let found = try Sweep.run([2, 5], seeds: 1...3) { try trained($0, $1) }
    #expect(found == [2, 5].map { units in (1...3).map { try! trained(units, UInt64($0)) } })
  }
}
