public import ApusRuns

extension GraphReading {
  /// The graph from its inputs to its result: on the edges the values that go forward, and the gradients that come back.
  ///
  /// - Parameters:
  ///   - most: values and gradients of so many numbers are written out; of more their root mean square.
  ///   - name: what a node is called; as it is when nil.
  public func picture(title: String, most: Int = 4, name: ((Node) -> String)? = nil) -> Picture {
    Picture(
      GraphChart(
        title,
        nodes: nodes.map { node in
          let isResult = node.kind == .result
          return GraphChart.Node(
            node.kind == .constant ? Self.figure(node.values, most) : name?(node) ?? node.name,
            note: isResult
              ? Self.figure(node.values, most)
              : node.shape.isEmpty ? "" : node.shape.map(String.init).joined(separator: "×"),
            kind: Self.kind(node.kind), above: node.kind == .constant ? "" : Self.figure(node.values, most),
            below: Self.figure(node.gradient, most))
        },
        edges: nodes.enumerated().flatMap { number, node in node.operands.map { (from: $0, to: number) } },
        legend: ("the value", "the gradient of the result with respect to it")))
  }

  private static func kind(_ kind: Node.Kind) -> GraphChart.Node.Kind {
    switch kind {
    case .input, .constant: .input
    case .parameter: .parameter
    case .operation: .operation
    case .result: .result
    }
  }

  private static func figure(_ values: [Float], _ most: Int) -> String {
    guard values.count > most else {
      return values.map { ChartScale.figure(Double($0)) }.joined(separator: ", ")
    }
    let mean = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    return "rms \(ChartScale.figure(mean.squareRoot()))"
  }
}
