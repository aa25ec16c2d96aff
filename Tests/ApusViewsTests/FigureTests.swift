import ApusTraining
import ApusViews
import Testing

@Suite struct FigureTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
    (Int.max, "9,223,372,036,854,775,807"),
  ])
  func groups(number: Int, text: String) { #expect(grouped(number) == text) }

  @Test(arguments: [
    (0.0, "0.00"), (9.99, "9.99"), (12.34, "12.3"), (999.4, "999"), (999.9, "1.00k"), (45_678, "45.7k"),
    (2.5e6, "2.50M"), (7e9, "7.00G"), (.infinity, "∞"), (.nan, "–"),
  ])
  func prefixes(number: Double, text: String) { #expect(prefixedFigure(number) == text) }

  @Test(arguments: [
    (0.0, "0.000"), (0.12, "0.1200"), (12.345, "12.35"), (1234.5, "1235"), (0.00001234, "1.2e-5"),
    (1e12, "1.0e12"),
    (-0.5, "-0.5000"), (.nan, "–"), (-.infinity, "−∞"),
  ])
  func steady(number: Double, text: String) { #expect(steadyFigure(number) == text) }

  @Test(arguments: [
    (0.0012, "1.2 ms"), (0.05, "50 ms"), (0.3, "0.3 s"), (12.3, "12 s"), (187, "3:07"), (3723, "1:02:03"),
    (-1, "–"),
  ])
  func durations(seconds: Double, text: String) { #expect(durationFigure(seconds) == text) }

  @Test(arguments: [(12, "12 B"), (999, "999 B"), (1210, "1.21 kB"), (5_000_000, "5.00 MB")])
  func bytes(count: Int, text: String) { #expect(byteFigure(count) == text) }

  @Test(
    arguments: [
      (0.97634, 0.00512, "0.976 ± 0.005"), (0.97634, 0.0151, "0.976 ± 0.015"), (1234.2, 341.2, "1234 ± 341"),
      (0.97634, nil, "0.9763"), (1, 0, "1"), (3e-12, 1e-12, "3.0e-12 ± 1.0e-12"),
    ] as [(Double, Double?, String)])
  func metrics(value: Double, error: Double?, text: String) {
    #expect(MetricLines.figure(MetricValue(name: "m", value: value, standardError: error)) == text)
  }
}
