import CApus

/// Lays a schedule's groups out as instructions: kernels with their arguments.
struct Emitter {
  let graph: PlanGraph
  let fusion: Fusion
  let schedule: Schedule
  let kernels: apus_kernels
  let memory = ArgumentMemory()

  private(set) var instructions: [Instruction] = []
  private(set) var infos: [InstructionInfo] = []
  /// Matrix products, whose scratch memory depends on the number of parts.
  private(set) var products: [(instruction: Int, arguments: UnsafeMutablePointer<apus_contract>)] = []
  /// Intermediate results of an instruction pair, beyond the nodes: their sizes in elements.
  private(set) var extraBuffers: [Int] = []

  init(_ graph: PlanGraph, _ fusion: Fusion, _ schedule: Schedule, _ kernels: apus_kernels) throws(ApusError)
  {
    self.graph = graph
    self.fusion = fusion
    self.schedule = schedule
    self.kernels = kernels
    for key in schedule.order { try emit(fusion.groups[key]!) }
  }

  private mutating func emit(_ group: FusedGroup) throws(ApusError) {
    let node = graph.nodes[group.members[0]]
    if group.members.count == 1, !node.isElementwise {
      let index = group.members[0]
      switch node.kind {
      case .reduction(let kind, let axes): return emitReduction(kind.code(node.type.scalar), axes, index)
      case .sumOfSquares(let axes): return emitReduction(APUS_SUM_OF_SQUARES, axes, index)
      case .contraction: return try emitProduct(index, program: nil, group)
      case .copy: return try emitCopy(node.operands[0], to: View(root: index, shape: node.type.shape))
      case .assembly(let axis): return try emitAssembly(axis, index)
      case .gather(let axis): return emitGather(axis, index, kernels.gather, table: node.operands[0])
      case .scatterAdd(let axis):
        return emitGather(axis, index, kernels.scatter_add, table: node.operands[0])
      default: break
      }
    }
    let program = try makeProgram(group)
    if let head = group.head {
      try emitProduct(head, program: program, group)
    } else {
      let steps = group.members
      let elements = product(group.space)
      let whole = wholeProgram(program)
      append(
        whole?.kernel ?? kernels.program, program,
        InstructionInfo(
          name: whole.map { String(cString: $0.name) } ?? name(group.members),
          work: group.members.map { graph.nodes[$0].work },
          traffic: traffic(group),
          cost: [(elements, 0.08 * Double(steps.count) + 0.15 + (steps.contains(where: isCostly) ? 0.4 : 0))])
      )
    }
  }

  /// Functions that cost several times an addition.
  private func isCostly(_ member: Int) -> Bool {
    switch graph.nodes[member].kind {
    case .random: true
    case .step(let opcode): opcode.rawValue >= APUS_EXP.rawValue && opcode.rawValue <= APUS_SOFTPLUS.rawValue
    default: false
    }
  }

  private mutating func append(_ kernel: apus_kernel?, _ arguments: UnsafeRawPointer, _ info: InstructionInfo)
  {
    instructions.append(Instruction(kernel: kernel!, arguments: arguments, parts: 1))
    infos.append(info)
  }

  private func name(_ members: [Int]) -> String {
    var names: [String] = []
    for member in members {
      let name = graph.nodes[member].name
      if names.last != name { names.append(name) }
    }
    return names.joined(separator: " ")
  }

  private func traffic(_ group: FusedGroup) -> [Monomial] {
    let members = Set(group.members)
    var read: [Int: Monomial] = [:]
    for member in group.members {
      for operand in graph.nodes[member].operands where !members.contains(operand.root) {
        read[operand.root] = graph.nodes[operand.root].type.shape.count
      }
    }
    return Array(read.values)
      + group.members.filter { fusion.isStored($0) }.map { graph.nodes[$0].type.shape.count }
  }

  private func product(_ dimensions: some Sequence<Dimension>) -> Monomial {
    dimensions.reduce(Monomial(1)) { $0 * Monomial($1) }
  }

  // MARK: Programs

  private func makeProgram(_ group: FusedGroup) throws(ApusError) -> UnsafeMutablePointer<apus_program> {
    let members = Set(group.members)
    let steps = group.members.filter { $0 != group.head }
    var operands: [ProgramOperand] = []
    var registerOf: [ProgramOperand: Int] = [:]
    func register(_ operand: ProgramOperand) -> Int {
      if let register = registerOf[operand] { return register }
      operands.append(operand)
      registerOf[operand] = operands.count - 1
      return operands.count - 1
    }
    func external(_ view: View, of member: Int) -> ProgramOperand? {
      guard view.root == group.head || !members.contains(view.root) else { return nil }
      if case .random = graph.nodes[member].kind {
        return ProgramOperand(
          root: view.root, offset: view.offset, strides: group.space.map { _ in Monomial(0) })
      }
      return ProgramOperand(
        root: view.root, offset: view.offset, strides: fusion.operandStrides(view, of: member, in: group))
    }
    for member in steps {
      for operand in graph.nodes[member].operands {
        if let operand = external(operand, of: member) { _ = register(operand) }
      }
    }
    var allocation = RegisterAllocation(
      firstFree: operands.count, steps: steps,
      lastUse: { member in
        steps.last { graph.nodes[$0].operands.contains { $0.root == member } }
      }, isKept: { fusion.isStored($0) })
    let code = memory.allocate(apus_step.self, count: steps.count)
    for (position, member) in steps.enumerated() {
      let node = graph.nodes[member]
      var step = apus_step()
      let registers = node.operands.map { view in
        external(view, of: member).map { registerOf[$0]! } ?? allocation.registerOf[view.root]!
      }
      step.destination = UInt8(allocation.allocate(member, isStored: fusion.isStored(member)))
      step.a = UInt8(registers.first ?? 0)
      step.b = UInt8(registers.count > 1 ? registers[1] : 0)
      step.c = UInt8(registers.count > 2 ? registers[2] : 0)
      switch node.kind {
      case .step(let opcode): step.opcode = UInt8(opcode.rawValue)
      case .random(let stream, let sampleSize):
        step.opcode = UInt8(APUS_UNIFORM.rawValue)
        step.stream = stream
        step.sample_size = Int64(max(sampleSize, 1))
      case .reduction(let kind, _): step.opcode = UInt8(kind.rowOpcode.rawValue)
      default: throw ApusError("the engine cannot fuse \(node.name)")
      }
      code[position] = step
      allocation.release(after: member)
    }
    let stored = steps.filter { fusion.isStored($0) }
    let results = stored.map { member in
      ProgramOperand(
        root: member, offset: Monomial(0),
        strides: group.rowMembers.contains(member) ? group.rowStrides : group.fullStrides)
    }
    // The axes of the space, merged where every operand allows it.
    let lastIsOwn = group.hasRowSteps || group.head != nil
    var space = Space(dimensions: group.space, operands: operands + results)
    if let head = group.head, graph.nodes[head].type.shape[-1] == 1 { space.appendUnitAxis() }
    space.merge(keepingLast: lastIsOwn)
    guard space.dimensions.count <= Int(APUS_MAX_RANK) else {
      throw ApusError(
        "\(name(group.members)) over \(space.dimensions.count) axes", expected: "at most \(APUS_MAX_RANK)")
    }

    let program = memory.allocate(apus_program.self)
    program.pointee.rank = Int32(space.dimensions.count)
    program.pointee.input_count = Int32(operands.count)
    program.pointee.output_count = Int32(results.count)
    program.pointee.step_count = Int32(steps.count)
    program.pointee.register_count = Int32(allocation.count)
    program.pointee.has_row_steps = group.hasRowSteps ? 1 : 0
    setArray(&program.pointee.dims, of: program, to: space.dimensions.map { Monomial($0) })
    let inputs = memory.allocate(apus_operand.self, count: operands.count)
    let outputs = memory.allocate(apus_operand.self, count: results.count)
    for (position, strides) in space.strides.enumerated() {
      let isInput = position < operands.count
      let operand = isInput ? operands[position] : results[position - operands.count]
      let place = isInput ? inputs + position : outputs + (position - operands.count)
      memory.set(UnsafeMutableRawPointer(place), toBufferOf: operand.root, offset: operand.offset)
      setArray(&place.pointee.strides, of: place, to: strides)
    }
    let registers = memory.allocate(UInt8.self, count: max(stored.count, 1))
    for (position, member) in stored.enumerated() {
      registers[position] = UInt8(allocation.registerOf[member]!)
    }
    program.pointee.inputs = UnsafePointer(inputs)
    program.pointee.outputs = UnsafePointer(outputs)
    program.pointee.output_registers = UnsafePointer(registers)
    program.pointee.steps = UnsafePointer(code)
    return program
  }

  /// The kernel that computes a program of this form in one loop, where there is one.
  private func wholeProgram(_ program: UnsafePointer<apus_program>) -> apus_whole_program? {
    guard let form = ProgramForm(program.pointee)?.text else { return nil }
    for index in 0..<Int(kernels.whole_program_count)
    where String(cString: kernels.whole_programs[index].form) == form {
      return kernels.whole_programs[index]
    }
    return nil
  }

  /// Writes sizes into a fixed array of a structure in argument memory. `owner` only says that it lives there.
  private func setArray<Tuple, Owner>(
    _ tuple: UnsafeMutablePointer<Tuple>, of owner: UnsafeMutablePointer<Owner>, to values: [Monomial]
  ) {
    tuple.withMemoryRebound(to: Int64.self, capacity: Int(APUS_MAX_RANK)) { fields in
      for (axis, value) in values.enumerated() { memory.set(fields + axis, to: value) }
    }
  }

  // MARK: Products

  private mutating func emitProduct(
    _ index: Int, program: UnsafeMutablePointer<apus_program>?, _ group: FusedGroup
  ) throws(ApusError) {
    let node = graph.nodes[index]
    let (left, right) = (node.operands[0], node.operands[1])
    let rank = left.shape.count
    let (m, n, k) = (left.shape[rank - 2], right.shape[rank - 1], left.shape[rank - 1])
    let arguments = memory.allocate(apus_contract.self)
    func field(_ path: WritableKeyPath<apus_contract, Int64>) -> UnsafeMutablePointer<Int64> {
      let offset = MemoryLayout<apus_contract>.offset(of: path)!
      return (UnsafeMutableRawPointer(arguments) + offset).assumingMemoryBound(to: Int64.self)
    }
    let batch = product(left.shape.dropLast(2))
    memory.set(field(\.m), to: Monomial(m))
    memory.set(field(\.n), to: Monomial(n))
    memory.set(field(\.k), to: Monomial(k))
    memory.set(field(\.batch), to: batch)
    memory.set(field(\.a_row), to: left.strides[rank - 2])
    memory.set(field(\.a_column), to: left.strides[rank - 1])
    memory.set(field(\.b_row), to: right.strides[rank - 2])
    memory.set(field(\.b_column), to: n == 1 ? Monomial(1) : right.strides[rank - 1])
    memory.set(field(\.c_row), to: Monomial(n))
    memory.set(field(\.a_batch), to: batchStride(left))
    memory.set(field(\.b_batch), to: batchStride(right))
    memory.set(field(\.c_batch), to: Monomial(m) * Monomial(n))
    let base = UnsafeMutableRawPointer(arguments)
    memory.set(
      base + MemoryLayout<apus_contract>.offset(of: \.a)!, toBufferOf: left.root, offset: left.offset)
    memory.set(
      base + MemoryLayout<apus_contract>.offset(of: \.b)!, toBufferOf: right.root, offset: right.offset)
    memory.set(base + MemoryLayout<apus_contract>.offset(of: \.c)!, toBufferOf: index)
    arguments.pointee.epilogue = program.map { UnsafePointer($0) }
    products.append((instructions.count, arguments))
    let after = group.members.filter { $0 != index }.count
    // One row alone is bound by reading the matrix, which a second thread hardly speeds up.
    let isVector = m == 1
    append(
      kernels.contract, arguments,
      InstructionInfo(
        name: name(group.members), work: group.members.map { graph.nodes[$0].work }, traffic: traffic(group),
        cost: [
          (node.work, isVector ? 1.0 / 400 : 1.0 / 180),
          (product(node.type.shape.dimensions), 0.1 * Double(after)),
        ]))
  }

  private func batchStride(_ view: View) -> Monomial {
    let axis = view.shape.indices.dropLast(2).last { view.shape[$0] != 1 }
    return axis.map { view.strides[$0] } ?? Monomial(0)
  }

  // MARK: Reductions

  /// Sums longer than this, and few of them, are cut into blocks for several threads.
  private static let longSum = 1 << 16

  private mutating func emitReduction(_ operation: apus_reduction, _ axes: [Int], _ index: Int) {
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

  private mutating func appendReduction(
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

  // MARK: Movement

  private mutating func emitCopy(_ source: View, to target: View) throws(ApusError) {
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

  private mutating func emitAssembly(_ axis: Int, _ index: Int) throws(ApusError) {
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

  private mutating func emitGather(_ axis: Int, _ index: Int, _ kernel: apus_kernel?, table: View) {
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

  private func isScatter(_ node: PlanGraph.Node) -> Bool {
    if case .scatterAdd = node.kind { true } else { false }
  }
}

/// An operand of a program: a buffer with strides along the axes of the program's space.
struct ProgramOperand: Hashable {
  var root: Int
  var offset: Monomial
  var strides: [Monomial]
}

/// An iteration space with the strides of its operands.
struct Space {
  private(set) var dimensions: [Dimension]
  private(set) var strides: [[Monomial]]

  init(dimensions: [Dimension], operands: [ProgramOperand]) {
    self.dimensions = dimensions
    strides = operands.map(\.strides)
    if dimensions.isEmpty { appendUnitAxis() }
  }

  mutating func appendUnitAxis() {
    dimensions.append(1)
    for operand in strides.indices { strides[operand].append(Monomial(0)) }
  }

  /// Merges neighbouring axes along which every operand walks on evenly.
  mutating func merge(keepingLast: Bool) {
    var axis = dimensions.count - (keepingLast ? 3 : 2)
    while axis >= 0 {
      let inner = Monomial(dimensions[axis + 1])
      let isEven = strides.allSatisfy { $0[axis] == $0[axis + 1] * inner }
      let isExpressible = !(dimensions[axis].isPerRow && dimensions[axis + 1].isPerRow)
      if isEven, isExpressible {
        dimensions[axis] = Dimension(
          dimensions[axis].size * dimensions[axis + 1].size,
          perRow: dimensions[axis].isPerRow || dimensions[axis + 1].isPerRow)
        dimensions.remove(at: axis + 1)
        for operand in strides.indices { strides[operand].remove(at: axis) }
      }
      axis -= 1
    }
  }
}

/// Registers for the results of a program's steps; free again after their last use.
private struct RegisterAllocation {
  private(set) var registerOf: [Int: Int] = [:]
  private(set) var count: Int
  private var free: [Int] = []
  private var endingAt: [Int: [Int]] = [:]

  init(firstFree: Int, steps: [Int], lastUse: (Int) -> Int?, isKept: (Int) -> Bool) {
    count = firstFree
    for step in steps where !isKept(step) {
      if let last = lastUse(step) { endingAt[last, default: []].append(step) }
    }
  }

  /// A result that is stored gets a register that nothing else uses: the kernel then writes it straight to memory.
  mutating func allocate(_ step: Int, isStored: Bool) -> Int {
    let register = isStored ? count : free.popLast() ?? count
    count = max(count, register + 1)
    registerOf[step] = register
    return register
  }

  mutating func release(after step: Int) {
    for ended in endingAt[step] ?? [] { free.append(registerOf[ended]!) }
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
