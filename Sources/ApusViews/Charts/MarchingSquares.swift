/// Lines on which a grid's values are equal (Lorensen and Cline 1987, in the plane).
package enum MarchingSquares {
  /// The lines of a level, joined from square to square.
  ///
  /// Between two corners a value is taken to change evenly; where two opposite corners are above and the others below,
  /// the mean of the four decides. Squares with a corner that is not finite have no line.
  package static func lines(of grid: Grid, at level: Double) -> [[Point]] {
    var segments: [(from: Edge, to: Edge)] = []
    for row in 0..<max(grid.rows - 1, 0) {
      for column in 0..<max(grid.columns - 1, 0) { segments += square(grid, row, column, level) }
    }
    return joined(segments).map { line in line.map { place(of: $0, grid, level) } }
  }

  /// Between a corner of the grid and its neighbor to the right or below.
  private struct Edge: Hashable {
    var row: Int
    var column: Int
    var isDown: Bool
  }

  private static func square(_ grid: Grid, _ row: Int, _ column: Int, _ level: Double) -> [(
    from: Edge, to: Edge
  )] {
    let at = row * grid.columns + column
    let corners = [at, at + 1, at + grid.columns + 1, at + grid.columns].map { grid.values[$0] }
    guard corners.allSatisfy(\.isFinite) else { return [] }
    let isAbove = corners.map { $0 > level }
    // Round the square: top, right, bottom, left.
    let edges = [
      Edge(row: row, column: column, isDown: false), Edge(row: row, column: column + 1, isDown: true),
      Edge(row: row + 1, column: column, isDown: false), Edge(row: row, column: column, isDown: true),
    ]
    let crossed = (0..<4).filter { isAbove[$0] != isAbove[($0 + 1) % 4] }
    switch crossed.count {
    case 2: return [(edges[crossed[0]], edges[crossed[1]])]
    case 4:
      let isMiddleAbove = corners.reduce(0, +) / 4 > level
      // The corners on the middle's side hang together; the others are cut off.
      return isMiddleAbove == isAbove[0]
        ? [(edges[0], edges[1]), (edges[2], edges[3])] : [(edges[3], edges[0]), (edges[1], edges[2])]
    default: return []
    }
  }

  private static func place(of edge: Edge, _ grid: Grid, _ level: Double) -> Point {
    let a = grid.values[edge.row * grid.columns + edge.column]
    let b = grid.values[
      (edge.row + (edge.isDown ? 1 : 0)) * grid.columns + edge.column + (edge.isDown ? 0 : 1)]
    let share = b == a ? 0.5 : (level - a) / (b - a)
    return edge.isDown
      ? grid.place(column: Double(edge.column), row: Double(edge.row) + share)
      : grid.place(column: Double(edge.column) + share, row: Double(edge.row))
  }

  /// Segments with an end in common as one line, in the order of the segments.
  private static func joined(_ segments: [(from: Edge, to: Edge)]) -> [[Edge]] {
    var ends: [Edge: [Int]] = [:]
    for (index, segment) in segments.enumerated() {
      ends[segment.from, default: []].append(index)
      ends[segment.to, default: []].append(index)
    }
    var isUsed = [Bool](repeating: false, count: segments.count)
    func follow(_ start: Edge) -> [Edge] {
      var line: [Edge] = []
      var end = start
      while let next = ends[end]?.first(where: { !isUsed[$0] }) {
        isUsed[next] = true
        end = segments[next].from == end ? segments[next].to : segments[next].from
        line.append(end)
      }
      return line
    }
    var lines: [[Edge]] = []
    for (index, segment) in segments.enumerated() where !isUsed[index] {
      isUsed[index] = true
      let forward = follow(segment.to)
      let backward = follow(segment.from)
      lines.append(backward.reversed() + [segment.from, segment.to] + forward)
    }
    return lines
  }
}
