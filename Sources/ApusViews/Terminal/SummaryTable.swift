public import ApusNN

/// A model's layers with their output shapes, units, parameters, work and memory.
public struct SummaryTable: Sendable {
  private let model: Model

  public init(_ model: Model) {
    self.model = model
  }

  public func lines(width: Int = 80) -> [String] {
    var table = TextTable(
      ["layer", "output", "units", "parameters", "FLOPs", "memory"],
      [.left, .left, .right, .right, .right, .right])
    table.rows += model.inputs.map { [$0.name, Self.shape($0.shape), Self.units($0.shape), "", "", ""] }
    table.rows += model.summary.map { layer in
      [
        "\(layer.path) \(layer.name)", Self.shape(layer.outputShape), Self.units(layer.outputShape),
        layer.parameterCount == 0 ? "–" : grouped(layer.parameterCount),
        prefixedCount(layer.floatingPointOperations),
        byteFigure(4 * (layer.parameterCount + layer.outputShape.reduce(1, *))),
      ]
    }
    let work = model.summary.reduce(0) { $0 + $1.floatingPointOperations }
    let outputs = model.summary.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    table.totals = [
      "total", "", grouped(outputs), grouped(model.parameterCount), prefixedCount(work),
      byteFigure(4 * (model.parameterCount + outputs)),
    ]
    return table.lines(width: width)
      + [
        "",
        "FLOPs are those of one sample's forward pass; memory is the parameters' and one sample's outputs.",
      ].flatMap { wrapped($0, width: width) }
  }

  private func prefixedCount(_ count: Int) -> String {
    count == 0 ? "–" : count < 10_000 ? grouped(count) : prefixedFigure(Double(count))
  }

  private static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " × ") }
  private static func units(_ shape: [Int]) -> String { grouped(shape.reduce(1, *)) }
}
