/// The gradients of the sum of `output` with respect to `inputs`, as tensors of the same graph.
///
/// Reverse-mode differentiation: every operation states its gradient in graph operations, so the
/// result can be differentiated again.
///
/// - Parameters:
///   - upstream: the gradient with respect to `output`, of its shape; ones when nil.
/// - Returns: one tensor for each of `inputs`, of its shape; zeros where `output` does not depend on it.
///   When `output` carries an error, so do they.
public func gradients(
  of output: Tensor, withRespectTo inputs: [Tensor], upstream: Tensor? = nil
) -> [Tensor] {
  if output.error != nil { return inputs.map { _ in output } }
  let order = Graph.reachable(from: [output])
  let dependent = nodesDepending(on: Set(inputs.map { ObjectIdentifier($0.node) }), in: order)
  var gradients: [ObjectIdentifier: Tensor] = [
    ObjectIdentifier(output.node): upstream ?? Tensor(1).broadcast(to: output.shape)
  ]
  for node in order.reversed() where dependent.contains(ObjectIdentifier(node)) {
    guard let gradient = gradients[ObjectIdentifier(node)] else { continue }
    let expression = node.expression
    let operands = expression.inputs.map { Tensor($0) }
    guard operands.contains(where: { dependent.contains(ObjectIdentifier($0.node)) }) else { continue }
    let contributions = expression.operation.gradient(
      inputs: operands, output: Tensor(node), upstream: gradient)
    for (operand, contribution) in zip(operands, contributions) {
      guard let contribution, dependent.contains(ObjectIdentifier(operand.node)) else { continue }
      let key = ObjectIdentifier(operand.node)
      gradients[key] = gradients[key].map { $0 + contribution } ?? contribution
    }
  }
  return inputs.map {
    gradients[ObjectIdentifier($0.node)] ?? Tensor(0).broadcast(to: $0.shape)
  }
}

/// Returns the nodes of `order` (operands first) that are `sources` or computed from them.
private func nodesDepending(
  on sources: Set<ObjectIdentifier>, in order: [TensorNode]
) -> Set<ObjectIdentifier> {
  var dependent = sources
  for node in order
  where node.expression.inputs.contains(where: { dependent.contains(ObjectIdentifier($0)) }) {
    dependent.insert(ObjectIdentifier(node))
  }
  return dependent
}
