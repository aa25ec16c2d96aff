import CApus

// Copies, concatenation, gathering and scattering.

extension Emitter {
  mutating func emitCopy(_ source: View, to target: View) throws(ApusError) {
    var space = Space(
      dimensions: source.shape.filter { $0 != 1 },
      operands: [
        ProgramOperand(root: source.root, offset: source.offset, strides: source.significantStrides),
        ProgramOperand(root: target.root, offset: target.offset, strides: target.significantStrides),
      ])
    space.merge(keepingLast: false)
    guard space.dimensions.count <= Int(APUS_MAX_RANK) else {
      throw ApusError("a copy over \(space.dimensions.count) axes", expected: "at most \(APUS_MAX_RANK)")
    }
    let arguments = memory.allocate(apus_copy.self)
    let base = UnsafeMutableRawPointer(arguments)
    memory.set(
      base + MemoryLayout<apus_copy>.offset(of: \.source)!, toBufferOf: source.root, offset: source.offset)
    memory.set(
      base + MemoryLayout<apus_copy>.offset(of: \.destination)!, toBufferOf: target.root,
      offset: target.offset)
    arguments.pointee.rank = Int32(space.dimensions.count)
    setArray(&arguments.pointee.dims, of: arguments, to: space.dimensions.map { Monomial($0) })
    setArray(&arguments.pointee.source_strides, of: arguments, to: space.strides[0])
    setArray(&arguments.pointee.destination_strides, of: arguments, to: space.strides[1])
    let elements = product(source.shape)
    append(
      kernels.copy, arguments,
      InstructionInfo(name: "copy", work: [], traffic: [elements, elements], cost: [(elements, 0.3)]))
  }

  mutating func emitAssembly(_ axis: Int, _ index: Int) throws(ApusError) {
    let node = graph.nodes[index]
    let whole = View(root: index, shape: node.type.shape)
    var start = 0
    for operand in node.operands {
      var starts = Array(repeating: 0, count: whole.shape.count)
      starts[axis] = start
      start += operand.shape[axis].size
      guard operand.shape[axis].size > 0 else { continue }
      guard let place = whole.sliced(starts: starts, to: operand.shape) else {
        throw ApusError("concatenate along axis \(axis) of \(node.type)", expected: "rows in the first axis")
      }
      try emitCopy(operand, to: place)
    }
  }

  mutating func emitGather(_ axis: Int, _ index: Int, _ kernel: apus_kernel?, table: View) {
    let node = graph.nodes[index]
    let indices = node.operands[1]
    let arguments = memory.allocate(apus_gather.self)
    let base = UnsafeMutableRawPointer(arguments)
    // The table of a gather, the result of a scatter: what has the long axis.
    let tableShape = isScatter(node) ? node.type.shape.dimensions : table.shape
    memory.set(
      base + MemoryLayout<apus_gather>.offset(of: \.table)!, toBufferOf: table.root, offset: table.offset)
    memory.set(
      base + MemoryLayout<apus_gather>.offset(of: \.indices)!, toBufferOf: indices.root,
      offset: indices.offset)
    memory.set(base + MemoryLayout<apus_gather>.offset(of: \.output)!, toBufferOf: index)
    let sizes: [(WritableKeyPath<apus_gather, Int64>, Monomial)] = [
      (\.outer, product(tableShape[..<axis])), (\.length, Monomial(tableShape[axis])),
      (\.inner, product(tableShape[(axis + 1)...])), (\.count, product(indices.shape)),
    ]
    for (path, value) in sizes {
      memory.set(
        (base + MemoryLayout<apus_gather>.offset(of: path)!).assumingMemoryBound(to: Int64.self), to: value)
    }
    let elements = product(tableShape[..<axis]) * product(indices.shape) * product(tableShape[(axis + 1)...])
    append(
      kernel, arguments,
      InstructionInfo(name: node.name, work: [], traffic: [elements, elements], cost: [(elements, 0.3)]))
  }

  func isScatter(_ node: PlanGraph.Node) -> Bool {
    if case .scatterAdd = node.kind { true } else { false }
  }
}
