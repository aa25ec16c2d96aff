import ApusCore
package import ApusNN
package import ApusRuns

/// Pictures of descent: one weight with its tangents (lecture 3), the ways of optimizers over contour lines (lecture 5).
extension Picture {
  /// A picture of descent on a function.
  ///
  /// Of one number: the function, the places of the steps and the tangents in the first few of them. Of two: contour lines
  /// and each optimizer's way. In both cases beside it the value after each step.
  ///
  /// - Parameters:
  ///   - optimizers: what goes down, with the name that the legend has.
  ///   - steps: of each.
  /// - Throws: what the engine cannot run.
  package static func descent(
    on function: DescentFunction, _ optimizers: [(name: String, setting: OptimizerSetting)], steps: Int
  ) throws -> Picture {
    let ways = try optimizers.map { name, setting in
      DescentWay(
        name: name,
        places: try Descent([function.start], optimizer: setting, function.value).path(
          steps: steps, rate: setting.rate), function: function)
    }
    // The ways over contour lines begin with the second color.
    let firstColor = function.ranges.count - 1
    let values = LineChart(
      "The value after each step", try ways.enumerated().map { try $1.series(color: $0 + firstColor) },
      xName: "step", yName: "J")
    let charts: [any Chart] =
      function.ranges.count == 1
      ? [try curve(function, ways), values] : [try contours(function, ways), values]
    return Picture(ChartGrid("Descent: \(function.formula)", charts, columns: 2))
  }

  // MARK: One number

  private static func curve(_ function: DescentFunction, _ ways: [DescentWay]) throws -> ScatterChart {
    let range = function.ranges[0]
    let places = (0...200).map {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 200
    }
    var lines = [
      LineChart.Series("J", try function.points(places.map { [$0] }), color: ways.count)
    ]
    for (number, way) in ways.enumerated() {
      for place in way.places.prefix(3) {
        lines.append(
          LineChart.Series(
            number == 0 && place == way.places[0] ? "tangent" : "",
            try function.tangent(in: place[0], length: (range.upperBound - range.lowerBound) / 5),
            isDashed: true, color: number))
      }
    }
    let groups = try ways.map { way in
      ScatterChart.Group(
        way.name, try function.points(way.places.filter { range.contains($0[0]) }))
    }
    return ScatterChart("The steps, and their tangents", groups, lines: lines, xName: "w", yName: "J")
  }

  // MARK: Two numbers

  private static func contours(_ function: DescentFunction, _ ways: [DescentWay]) throws -> HeatMap {
    let (columns, rows) = (61, 51)
    let (x, y) = (function.ranges[0], function.ranges[1])
    let stepX = (x.upperBound - x.lowerBound) / Double(columns - 1)
    let stepY = (y.upperBound - y.lowerBound) / Double(rows - 1)
    let places = (0..<rows).flatMap { row in
      (0..<columns).map { [x.lowerBound + stepX * Double($0), y.upperBound - stepY * Double(row)] }
    }
    return HeatMap(
      "The ways", Grid(columns: columns, rows: rows, x: x, y: y, values: try function.values(places)),
      levels: function.levels,
      paths: ways.map { way in .init(way.name, way.places.map { Point($0[0], $0[1]) }) }, xName: "w₁",
      yName: "w₂", unit: "J")
  }
}

/// The places of one optimizer's steps, the first place first.
private struct DescentWay {
  var name: String
  var places: [[Double]]
  var function: DescentFunction

  /// The value after each step.
  func series(color: Int) throws -> LineChart.Series {
    LineChart.Series(
      name, try function.values(places).enumerated().map { Point(Double($0), $1) }, color: color)
  }
}

extension DescentFunction {
  /// The values at places.
  fileprivate func values(_ places: [[Double]]) throws -> [Double] {
    let coordinates = start.indices.map { axis in
      Tensor(places.map { Float($0[axis]) }, shape: [1, Dimension(places.count)])
    }
    return try value(coordinates).values().map { Double($0) }
  }

  /// Places of one coordinate with their values.
  fileprivate func points(_ places: [[Double]]) throws -> [Point] {
    zip(places, try values(places)).map { Point($0[0], $1) }
  }

  /// The line that touches the function in w, half the length to either side.
  fileprivate func tangent(in w: Double, length: Double) throws -> [Point] {
    let place = Tensor([Float(w)], shape: [1, 1])
    let loss = value([place])
    // Before a value is read, which would let go of the graph.
    let slope = gradients(of: loss.sum(), withRespectTo: [place])[0]
    let height = Double(try loss.values()[0])
    let rise = Double(try slope.values()[0])
    return [-0.5, 0.5].map { Point(w + $0 * length, height + $0 * length * rise) }
  }
}
