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
    } else if operation == APUS_SUM, inner != Monomial(1), inner.power == 0, outer == Monomial(1),
      count.resolved(rows: rows) >= Self.longSum
    {
      let extra = graph.nodes.count + extraBuffers.count
      extraBuffers.append(columnBlocks(length) * inner.coefficient)
      appendReduction(
        kernels.column_blocks, APUS_SUM, name: node.name, from: operand.root, operand.offset, to: extra,
        (outer, length, inner), work: node.work, elements: count)
      emitColumnTree(extra, to: index, length, inner)
    } else {
      appendReduction(
        kernels.reduce, operation, name: node.name, from: operand.root, operand.offset, to: index,
        (outer, length, inner), work: node.work, elements: count)
    }
  }

  /// A program with sums down its columns: those of blocks of rows beside it, then the tree over the blocks.
  mutating func emitSums(
    _ sums: [(node: Int, register: UInt8)], of program: UnsafePointer<apus_program>, _ group: FusedGroup
  ) {
    let length = product(group.space.dropLast())
    let inner = product(group.space.suffix(1))
    let blocks = columnBlocks(length)
    let arguments = memory.allocate(apus_program_sums.self)
    let registers = memory.allocate(UInt8.self, count: sums.count)
    let partials = memory.allocate(UnsafeMutablePointer<Float>?.self, count: sums.count)
    arguments.pointee.program = program
    arguments.pointee.count = Int32(sums.count)
    arguments.pointee.registers = UnsafePointer(registers)
    arguments.pointee.partials = partials
    var extras: [Int] = []
    for (position, sum) in sums.enumerated() {
      registers[position] = sum.register
      extras.append(graph.nodes.count + extraBuffers.count)
      extraBuffers.append(blocks * inner.coefficient)
      memory.set(UnsafeMutableRawPointer(partials + position), toBufferOf: extras[position])
    }
    append(
      kernels.program_sums, arguments,
      InstructionInfo(
        name: name(group.members), work: group.members.map { graph.nodes[$0].work }, traffic: traffic(group),
        cost: cost(group)))
    for (extra, sum) in zip(extras, sums) { emitColumnTree(extra, to: sum.node, length, inner) }
  }

  /// The tree over the sums of blocks of rows.
  mutating func emitColumnTree(_ partials: Int, to index: Int, _ length: Monomial, _ inner: Monomial) {
    appendReduction(
      kernels.column_tree, APUS_SUM, name: "sum", from: partials, Monomial(0), to: index,
      (Monomial(1), length, inner), work: Monomial(0), elements: Monomial(columnBlocks(length)) * inner)
  }

  /// Blocks of rows for several threads, then the tree over them.
  mutating func emitMoments(_ index: Int) {
    let node = graph.nodes[index]
    let operand = node.operands[0]
    let length = product(operand.shape.dropLast())
    let inner = product(operand.shape.suffix(1))
    let count = product(operand.shape)
    let blocks = columnBlocks(length)
    let extra = graph.nodes.count + extraBuffers.count
    extraBuffers.append(2 * blocks * inner.coefficient)
    appendReduction(
      kernels.moments_blocks, APUS_SUM, name: node.name, from: operand.root, operand.offset, to: extra,
      (Monomial(1), length, inner), work: node.work, elements: count)
    appendReduction(
      kernels.moments_tree, APUS_SUM, name: node.name, from: extra, Monomial(0), to: index,
      (Monomial(1), length, inner), work: Monomial(0), elements: Monomial(blocks * inner.coefficient))
  }

  /// Most blocks of a column of so many elements.
  func columnBlocks(_ length: Monomial) -> Int {
    (length.resolved(rows: rows) + Int(APUS_COLUMN_CHAIN) - 1) / Int(APUS_COLUMN_CHAIN)
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
