import ApusCore
import ApusLabs
import ApusViews
import Testing

@Suite struct ContoursTests {
  /// The function is read at the ends of both axes, the first coordinate across and the second up.
  @Test func range() throws {
    let across = try Contours.chart(
      "x", { w in w[0] + 0 * w[1] }, x: -1...3, y: 5...9, levels: [], paths: [])
    #expect(across.summary == "J from −1 to 3" || across.summary == "J from -1 to 3")
    let up = try Contours.chart(
      "y", { w in 0 * w[0] + w[1] }, x: -1...3, y: 5...9, levels: [6], paths: [])
    #expect(up.summary == "J from 5 to 9")
  }

  @Test func paths() throws {
    let points = Contours.points([[1, 2], [3, 4]])
    #expect(points == [Point(1, 2), Point(3, 4)])
    let chart = try Contours.chart(
      "bowl", { w in w[0].square() + w[1].square() }, x: -4...4, y: -4...4, levels: [1, 4],
      paths: [.init("descent", points)])
    #expect(Picture(chart).svg.contains("descent"))
  }
}
