import ApusCore
public import ApusNN

extension Picture {
  /// Activation functions with their derivatives over −4 … 4, as they compute.
  ///
  /// A derivative is found as training finds it: from the function's own operations.
  ///
  /// - Parameter activations: every one of ``Activations`` when nil.
  /// - Throws: when one of them cannot be computed.
  public static func activations(_ activations: [any Activation]? = nil) throws -> Picture {
    Picture(
      ChartGrid(
        "Activations y = f(x), and their derivatives (dashed)",
        try (activations ?? Activations.table.prototypes).map { try panel($0) }, columns: 4))
  }

  private static func panel(_ activation: any Activation) throws -> LineChart {
    let inputs = stride(from: Float(-4), through: 4, by: 0.05).map { $0 }
    // Beside each x stands a 0: to a function of single numbers it is nothing, one of whole rows needs company.
    let x = Tensor(inputs.flatMap { [$0, 0] }, shape: [Dimension(inputs.count), 2])
    let first = activation(x).slice(axis: 1, 0..<1)
    // Before a value is read, which would let go of the graph.
    let slopes = gradients(of: first, withRespectTo: [x])[0].slice(axis: 1, 0..<1)
    let (values, derivatives) = (try first.values(), try slopes.values())
    let alone = try activation(Tensor(inputs, shape: [Dimension(inputs.count), 1])).values()
    func points(_ values: [Float]) -> [Point] { zip(inputs, values).map { Point(Double($0), Double($1)) } }
    return LineChart(
      type(of: activation).name + (alone == values ? "" : " of (x, 0)"),
      [.init("f", points(values)), .init("f′", points(derivatives), isDashed: true)],
      width: 230, height: 170, showsLegend: false, gridsX: true)
  }
}
