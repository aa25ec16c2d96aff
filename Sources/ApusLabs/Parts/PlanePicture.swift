import ApusCore
import ApusNN
import ApusViews

extension HeatMap {
  /// Draws what a model of two numbers says of class 1 all over a part of the plane, with the rows over it.
  ///
  /// - Parameter appended: numbers that the model takes after the two.
  static func decision(
    of model: Model, _ title: String, _ samples: LabSamples, x: ClosedRange<Double>, y: ClosedRange<Double>,
    appended: [Float] = []
  ) throws -> HeatMap {
    let size = 61
    func place(_ range: ClosedRange<Double>, _ index: Int) -> Float {
      let part: Double = Double(index) / Double(size - 1)
      return Float(range.lowerBound + (range.upperBound - range.lowerBound) * part)
    }
    var places: [[Float]] = []
    for row in 0..<size {
      for column in 0..<size { places.append([place(x, column), place(y, size - 1 - row)] + appended) }
    }
    let outputs = model(Tensor(places))
    let isSingle = model.outputShape == [1]
    let values = try (isSingle ? outputs : outputs.softmax()).values().map { Double($0) }
    let shown = isSingle ? values : stride(from: 1, to: values.count, by: 2).map { values[$0] }
    let groups = samples.classes.enumerated().map { label, name in
      let own = samples.labels.indices.filter { samples.labels[$0] == label }.prefix(120)
      return ScatterChart.Group(name, own.map { Point(samples.features[$0][0], samples.features[$0][1]) })
    }
    return HeatMap(
      title, Grid(columns: size, rows: size, x: x, y: y, values: shown), ramp: .diverging, range: -0.5...1.5,
      levels: [0.5], groups: groups, xName: "x₁", yName: "x₂", unit: "of 1", width: 328, height: 300)
  }
}
