import CApus

// Reductions along axes.

extension Emitter {
  /// Sums longer than this, and few of them, are cut into blocks for several threads.
  static let longSum = 1 << 16

  mutating func emitReduction(_ operation: apus_reduction, _ axes: [Int], _ index: Int) {
    let node = graph.nodes[index]
    let operand = node.operands[0]
    let first = axes.first ?? operand.shape.count
    let last = axes.last ?? operand.shape.count - 1
    let outer = product(operand.shape[..<first])
    let length = first <= last ? product(operand.shape[first...last]) : Monomial(1)
    let inner = product(operand.shape[(last + 1)...])
    let count = product(operand.shape)
    let isSum = operation == APUS_SUM || operation == APUS_SUM_OF_SQUARES
    if isSum, inner == Monomial(1), length.power == 0, length.coefficient >= Self.longSum,
      outer == Monomial(1)
    {
      let blocks = (length.coefficient + Int(APUS_CHAIN) - 1) / Int(APUS_CHAIN)
      let extra = graph.nodes.count + extraBuffers.count
      extraBuffers.append(blocks)
      appendReduction(
        kernels.reduce_blocks, operation, name: node.name, from: operand.root, operand.offset, to: extra,
        (outer, length, inner), work: node.work, elements: count)
      appendReduction(
        kernels.reduce_tree, APUS_SUM, name: node.name, from: extra, Monomial(0), to: index,
        (outer, Monomial(blocks), inner), work: Monomial(blocks), elements: Monomial(blocks))
    } else {
      appendReduction(
        kernels.reduce, operation, name: node.name, from: operand.root, operand.offset, to: index,
        (outer, length, inner), work: node.work, elements: count)
    }
  }

  mutating func appendReduction(
    _ kernel: apus_kernel?, _ operation: apus_reduction, name: String, from source: Int, _ offset: Monomial,
    to target: Int, _ axes: (Monomial, Monomial, Monomial), work: Monomial, elements: Monomial
  ) {
    let arguments = memory.allocate(apus_reduce.self)
    let base = UnsafeMutableRawPointer(arguments)
    memory.set(base + MemoryLayout<apus_reduce>.offset(of: \.input)!, toBufferOf: source, offset: offset)
    memory.set(base + MemoryLayout<apus_reduce>.offset(of: \.output)!, toBufferOf: target)
    let sizes: [(WritableKeyPath<apus_reduce, Int64>, Monomial)] = [
      (\.outer, axes.0), (\.length, axes.1), (\.inner, axes.2),
    ]
    for (path, value) in sizes {
      memory.set(
        (base + MemoryLayout<apus_reduce>.offset(of: path)!).assumingMemoryBound(to: Int64.self), to: value)
    }
    arguments.pointee.operation = Int32(operation.rawValue)
    append(
      kernel, arguments,
      InstructionInfo(name: name, work: [work], traffic: [elements], cost: [(elements, 0.08)]))
  }
}

extension ReductionKind {
  func code(_ scalar: ScalarType) -> apus_reduction {
    switch self {
    case .sum: scalar == .int32 ? APUS_SUM_INT : APUS_SUM
    case .max: APUS_MAX
    case .min: APUS_MIN
    case .argmax: APUS_ARGMAX
    }
  }

  var rowOpcode: apus_opcode {
    switch self {
    case .sum: APUS_ROW_SUM
    case .max: APUS_ROW_MAXIMUM
    case .min, .argmax: APUS_ROW_MINIMUM
    }
  }
}
