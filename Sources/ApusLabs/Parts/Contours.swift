package import ApusCore
package import ApusViews

/// The contour lines of a function of two numbers, with paths over them.
package enum Contours {
  private static let columns = 61
  private static let rows = 51

  /// - Parameters:
  ///   - levels: the values whose lines are drawn.
  ///   - function: J from the two coordinates, element by element, as a ``Descent`` takes it.
  package static func chart(
    _ title: String, _ function: ([Tensor]) -> Tensor, x: ClosedRange<Double>, y: ClosedRange<Double>,
    levels: [Double], paths: [HeatMap.Path], xName: String = "w₁", yName: String = "w₂"
  ) throws -> HeatMap {
    var (across, up): ([Float], [Float]) = ([], [])
    let stepX: Double = (x.upperBound - x.lowerBound) / Double(columns - 1)
    let stepY: Double = (y.upperBound - y.lowerBound) / Double(rows - 1)
    for row in 0..<rows {
      for column in 0..<columns {
        across.append(Float(x.lowerBound + stepX * Double(column)))
        up.append(Float(y.upperBound - stepY * Double(row)))
      }
    }
    let shape = TensorShape([1, across.count])
    let values = try function([Tensor(across, shape: shape), Tensor(up, shape: shape)]).values()
    let grid = Grid(columns: columns, rows: rows, x: x, y: y, values: values.map { Double($0) })
    return HeatMap(
      title, grid, ramp: .viridis, kind: .linear, levels: levels, paths: paths, xName: xName, yName: yName,
      unit: "J")
  }

  /// Two coordinates of places as points.
  package static func points(_ places: [[Double]]) -> [Point] { places.map { Point($0[0], $0[1]) } }
}
