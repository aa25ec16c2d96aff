import CApus

// Elementwise programs: registers, steps, operands.

extension Emitter {
  /// The program of a group, and the register of each sum down its columns.
  func makeProgram(_ group: FusedGroup) throws(ApusError) -> (
    program: UnsafeMutablePointer<apus_program>, sums: [(node: Int, register: UInt8)]
  ) {
    let members = Set(group.members)
    let steps = group.members.filter { $0 != group.head && !group.columnSums.contains($0) }
    let sums = group.columnSums.sorted()
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
    for member in steps + sums {
      for operand in graph.nodes[member].operands {
        if let operand = external(operand, of: member) { _ = register(operand) }
      }
    }
    var allocation = RegisterAllocation(
      firstFree: operands.count, steps: steps,
      lastUse: { member in
        steps.last { graph.nodes[$0].operands.contains { $0.root == member } }
      },
      isKept: { member in
        fusion.isStored(member) || sums.contains { graph.nodes[$0].operands[0].root == member }
      })
    let code = memory.allocate(apus_step.self, count: steps.count)
    for (position, member) in steps.enumerated() {
      let node = graph.nodes[member]
      var step = apus_step()
      let registers = node.operands.map { view in
        external(view, of: member).map { registerOf[$0]! } ?? allocation.registerOf[view.root]!
      }
      step.destination = UInt8(allocation.allocate(member))
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
    let lastIsOwn = group.hasRowSteps || group.head != nil || !sums.isEmpty
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
    let summed = sums.map { sum in
      let operand = graph.nodes[sum].operands[0]
      let register =
        external(operand, of: sum).map { registerOf[$0]! } ?? allocation.registerOf[operand.root]!
      return (node: sum, register: UInt8(register))
    }
    return (program, summed)
  }

  /// Writes sizes into a fixed array of a structure in argument memory. `owner` only says that it lives there.
  func setArray<Tuple, Owner>(
    _ tuple: UnsafeMutablePointer<Tuple>, of owner: UnsafeMutablePointer<Owner>, to values: [Monomial]
  ) {
    tuple.withMemoryRebound(to: Int64.self, capacity: Int(APUS_MAX_RANK)) { fields in
      for (axis, value) in values.enumerated() { memory.set(fields + axis, to: value) }
    }
  }
}

/// Registers for the results of a program's steps; free again after their last use.
private struct RegisterAllocation {
  private(set) var registerOf: [Int: Int] = [:]
  private(set) var count: Int
  let isKept: (Int) -> Bool
  private var free: [Int] = []
  private var endingAt: [Int: [Int]] = [:]

  init(firstFree: Int, steps: [Int], lastUse: (Int) -> Int?, isKept: @escaping (Int) -> Bool) {
    count = firstFree
    self.isKept = isKept
    for step in steps where !isKept(step) {
      if let last = lastUse(step) { endingAt[last, default: []].append(step) }
    }
  }

  /// A result that is kept gets a register that nothing else uses: the kernel then writes it straight to memory.
  mutating func allocate(_ step: Int) -> Int {
    let register = isKept(step) ? count : free.popLast() ?? count
    count = max(count, register + 1)
    registerOf[step] = register
    return register
  }

  mutating func release(after step: Int) {
    for ended in endingAt[step] ?? [] { free.append(registerOf[ended]!) }
  }
}
