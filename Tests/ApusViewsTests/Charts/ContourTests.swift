import Testing

import ApusViews

@Suite struct ContourTests {
  /// A plane: its lines are straight.
  @Test func plane() {
    let grid = Grid(columns: 3, rows: 3, x: 0...2, y: 0...2, values: [0, 1, 2, 0, 1, 2, 0, 1, 2])
    let lines = MarchingSquares.lines(of: grid, at: 0.5)
    #expect(lines.count == 1)
    #expect(lines[0].count == 3)
    #expect(lines[0].allSatisfy { $0.x == 0.5 })
    #expect(Set(lines[0].map(\.y)) == [0, 1, 2])
    #expect(MarchingSquares.lines(of: grid, at: 5).isEmpty)
  }

  /// A bowl: its line is closed, and a circle but for what a grid leaves out.
  @Test func bowl() {
    let size = 41
    let values = (0..<(size * size)).map { place -> Double in
      let (x, y) = (Double(place % size) / 10 - 2, Double(place / size) / 10 - 2)
      return x * x + y * y
    }
    let lines = MarchingSquares.lines(
      of: Grid(columns: size, rows: size, x: -2...2, y: -2...2, values: values), at: 1)
    #expect(lines.count == 1)
    #expect(lines[0].first == lines[0].last)
    #expect(lines[0].allSatisfy { abs(($0.x * $0.x + $0.y * $0.y) - 1) < 0.01 })
  }

  /// A saddle: the mean of the corners says which of them hang together; a hole stays a hole.
  @Test func saddleAndHole() {
    let saddle = Grid(columns: 2, rows: 2, x: 0...1, y: 0...1, values: [1, 0, 0, 1])
    #expect(MarchingSquares.lines(of: saddle, at: 0.4).count == 2)
    #expect(MarchingSquares.lines(of: saddle, at: 0.6).count == 2)
    #expect(MarchingSquares.lines(of: saddle, at: 0.4) != MarchingSquares.lines(of: saddle, at: 0.6))
    let hole = Grid(columns: 2, rows: 2, x: 0...1, y: 0...1, values: [1, .nan, 0, 1])
    #expect(MarchingSquares.lines(of: hole, at: 0.5).isEmpty)
  }
}
