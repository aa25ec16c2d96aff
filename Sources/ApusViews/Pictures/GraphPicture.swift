public import ApusTraining

extension GraphReading {
  /// The graph from its inputs to its result: on the edges the values that go forward, and the gradients that come back.
  public func chart(title: String) -> GraphChart {
    GraphChart(
      title,
      nodes: nodes.map { node in
        let isResult = node.kind == .result
        return GraphChart.Node(
          node.kind == .constant ? Self.figure(node.values) : node.name,
          note: isResult
            ? Self.figure(node.values)
            : node.shape.isEmpty ? "" : node.shape.map(String.init).joined(separator: "×"),
          kind: Self.kind(node.kind), above: node.kind == .constant ? "" : Self.figure(node.values),
          below: Self.figure(node.gradient))
      },
      edges: nodes.enumerated().flatMap { number, node in node.operands.map { (from: $0, to: number) } },
      legend: ("the value", "the gradient of the result with respect to it"))
  }

  private static func kind(_ kind: Node.Kind) -> GraphChart.Node.Kind {
    switch kind {
    case .input, .constant: .input
    case .parameter: .parameter
    case .operation: .operation
    case .result: .result
    }
  }

  /// Up to three numbers themselves, of more their root mean square.
  private static func figure(_ values: [Float]) -> String {
    guard values.count > 3 else {
      return values.map { ChartScale.figure(Double($0)) }.joined(separator: ", ")
    }
    let mean = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    return "rms \(ChartScale.figure(mean.squareRoot()))"
  }
}
