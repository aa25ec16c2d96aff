/// Runs a graph one operation at a time, slowly and obviously: the oracle of the engine, of
/// gradients and of the fixtures. No plan uses it.
package struct Interpreter {
  package var graph: Graph

  package init(_ graph: Graph) {
    self.graph = graph
  }

  /// The graph's outputs for its inputs.
  package func run<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], rows: Int = 1
  ) -> [ReferenceArray<Scalar>] {
    var values: [ReferenceArray<Scalar>?] = Array(repeating: nil, count: graph.nodes.count)
    for (position, index) in graph.inputs.enumerated() {
      if let index { values[index] = inputs[position] }
    }
    for (index, node) in graph.nodes.enumerated() where values[index] == nil {
      values[index] = node.operation.reference(
        node.inputs.map { values[$0]! }, output: node.type.shape.sizes(rows: rows), rows: rows)
    }
    return graph.outputs.map { values[$0]! }
  }
}
