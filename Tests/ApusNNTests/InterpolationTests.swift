import ApusCore
import ApusNN
import Testing

@Suite struct InterpolationTests {
  private func model(_ seed: UInt64, units: Int = 4) throws -> Model {
    try Model(input: [3], seed: seed) {
      Dense(units, initializer: .heNormal); BatchNorm(); ReLU(); Dense(2)
    }
  }

  /// The ends are the models, the middle is their average, and weights go on beyond the ends.
  @Test func line() throws {
    let (first, second) = (try model(1), try model(2))
    for path in first.parameters.map(\.path) {
      let (a, b) = (first[path]!, second[path]!)
      #expect(try first.interpolated(to: second, at: 0)[path]! == a)
      #expect(try first.interpolated(to: second, at: 1)[path]! == b)
      #expect(
        try first.interpolated(to: second, at: 0.5)[path]! == Model.average(of: [first, second])[path]!)
      for (found, (own, other)) in zip(try first.interpolated(to: second, at: -1)[path]!, zip(a, b)) {
        #expect(abs(found - (2 * own - other)) < 1e-6)
      }
    }
  }

  @Test func mistakes() throws {
    #expect(throws: ApusError.self) { try model(1).interpolated(to: model(2, units: 5), at: 0.5) }
  }
}
