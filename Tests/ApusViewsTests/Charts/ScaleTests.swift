import Testing

import ApusViews

@Suite struct ScaleTests {
  @Test func roundTicks() {
    let scale = ChartScale([0.0, 97])
    #expect(scale.ticks.map(\.label) == ["0", "20", "40", "60", "80", "100"])
    #expect(scale.place(50) == 0.5)
    #expect(ChartScale([-0.4, 0.31]).ticks.map(\.label) == ["−0.4", "−0.2", "0.0", "0.2", "0.4"])
    // Nothing stands between two epochs.
    #expect(ChartScale([1.0, 2], isTight: true, isCount: true).ticks.map(\.label) == ["1", "2"])
    #expect(ChartScale([1.0, 430], isTight: true).ticks.map(\.label) == ["100", "200", "300", "400"])
    #expect(
      ChartScale([0.0, 0.0042]).ticks.map(\.label) == ["0.000", "0.001", "0.002", "0.003", "0.004", "0.005"])
    #expect(ChartScale([0.0, 45_000]).ticks.map(\.label).last == "50k")
  }

  @Test func logarithms() throws {
    let scale = ChartScale([0.002, 3], kind: .logarithmic)
    #expect(scale.ticks.map(\.label) == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(abs(try #require(scale.place(0.1)) - 0.5) < 1e-12)
    #expect(abs(scale.value(at: 0.5) - 0.1) < 1e-12)
    #expect(scale.place(0) == nil)
    #expect(ChartScale([0.3, 4], kind: .logarithmic).ticks.map(\.label) == ["0.2", "0.5", "1", "2", "5"])
    let wide = ChartScale([1e-12, 1e3], kind: .logarithmic).ticks.map(\.label)
    #expect(wide.count <= 7)
    #expect(wide.first == "10⁻¹²")
  }

  /// Whatever the values, the ticks rise, lie on the axis and are few.
  @Test(arguments: [
    [], [.nan], [5.0], [0, 0], [1e-300, 1e300], [-1e9, 1e9], [0.1, 0.1000001], [1e-12, 2e-12],
    [-.infinity, 1, 2],
  ])
  func anyValues(values: [Double]) {
    for kind in [ChartScale.Kind.linear, .logarithmic] {
      for isTight in [false, true] {
        let scale = ChartScale(values, kind: kind, isTight: isTight)
        #expect(scale.low < scale.high)
        let ticks = scale.ticks.map(\.value)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ticks.count <= 12)
        for value in values where value.isFinite && (kind == .linear || value > 0) {
          let place = scale.place(value) ?? -1
          #expect(place > -1e-9 && place < 1 + 1e-9)
        }
      }
    }
  }

  @Test func histograms() {
    #expect(Histogram([0.0, 1, 2, 3, 4], bins: 4).counts == [1, 1, 1, 2])
    #expect(Histogram([7.0, 7, .nan], bins: 3).counts == [0, 2, 0])
    #expect(Histogram([], bins: 2).counts == [0, 0])
  }
}
