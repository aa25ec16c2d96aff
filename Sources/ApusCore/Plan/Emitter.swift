import CApus

/// Lays a schedule's groups out as instructions: kernels with their arguments.
struct Emitter {
  let graph: PlanGraph
  let fusion: Fusion
  let schedule: Schedule
  let kernels: apus_kernels
  /// The capacity.
  let rows: Int
  let memory = ArgumentMemory()
  let caches: UnsafePointer<apus_caches>

  var instructions: [Instruction] = []
  var infos: [InstructionInfo] = []
  /// Elementwise programs, which are prepared where sizes or addresses have changed.
  private(set) var programs: [UnsafeMutablePointer<apus_program>] = []
  /// Matrix products, whose scratch memory depends on the number of parts.
  var products: [(instruction: Int, arguments: UnsafeMutablePointer<apus_contract>)] = []
  /// The other uses of scratch memory, for each part of an instruction.
  var scratches: [ScratchUse] = []
  /// The instructions that move a window over images, with their scratch memory.
  var windows: [(instruction: Int, arguments: UnsafeMutablePointer<apus_windowed>, scratch: WindowScratch)] =
    []
  /// Intermediate results of an instruction pair, beyond the nodes: their sizes in elements.
  var extraBuffers: [Int] = []

  init(
    _ graph: PlanGraph, _ fusion: Fusion, _ schedule: Schedule, _ kernels: apus_kernels, _ caches: CacheSizes,
    rows: Int
  ) throws(ApusError) {
    self.graph = graph
    self.fusion = fusion
    self.schedule = schedule
    self.kernels = kernels
    self.rows = rows
    let described = memory.allocate(apus_caches.self)
    described.pointee = caches.described
    self.caches = UnsafePointer(described)
    for key in schedule.order { try emit(fusion.groups[key]!) }
  }

  mutating func emit(_ group: FusedGroup) throws(ApusError) {
    let node = graph.nodes[group.members[0]]
    if group.members.count == 1, !node.isElementwise {
      let index = group.members[0]
      switch node.kind {
      case .reduction(let kind, let axes): return emitReduction(kind.code(node.type.scalar), axes, index)
      case .sumOfSquares(let axes): return emitReduction(APUS_SUM_OF_SQUARES, axes, index)
      case .moments: return emitMoments(index)
      case .attention(let isCausal, let isGradient): return emitAttention(isCausal, isGradient, index)
      case .contraction, .windowed: return emitHead(index, program: nil, group)
      case .copy: return try emitCopy(node.operands[0], to: View(root: index, shape: node.type.shape))
      case .assembly(let axis): return try emitAssembly(axis, index)
      case .gather(let axis): return emitGather(axis, index, kernels.gather, table: node.operands[0])
      case .scatterAdd(let axis):
        return emitGather(axis, index, kernels.scatter_add, table: node.operands[0])
      default: break
      }
    }
    if emitUpdate(group) { return }
    let (program, sums) = try makeProgram(group)
    programs.append(program)
    if !sums.isEmpty {
      emitSums(sums, of: program, group)
    } else if let head = group.head {
      emitHead(head, program: program, group)
    } else {
      append(
        kernels.program, program,
        InstructionInfo(
          name: name(group.members),
          work: group.members.map { graph.nodes[$0].work },
          traffic: traffic(group),
          cost: cost(group))
      )
    }
  }

  func cost(_ group: FusedGroup) -> [(Monomial, Double)] {
    let costly = group.members.contains(where: isCostly) ? 0.4 : 0
    return [(product(group.space), 0.08 * Double(group.members.count) + 0.15 + costly)]
  }

  /// A node with the program that comes after it.
  mutating func emitHead(_ index: Int, program: UnsafeMutablePointer<apus_program>?, _ group: FusedGroup) {
    if case .windowed(let kernel, let window, let groups) = graph.nodes[index].kind {
      emitWindowed(index, kernel, window, groups, program: program, group)
    } else {
      emitProduct(index, program: program, group)
    }
  }

  /// Functions that cost several times an addition.
  func isCostly(_ member: Int) -> Bool {
    switch graph.nodes[member].kind {
    case .random: true
    case .step(APUS_GELU), .step(APUS_GELU_SLOPE): true
    case .step(let opcode): opcode.rawValue >= APUS_EXP.rawValue && opcode.rawValue <= APUS_SOFTPLUS.rawValue
    default: false
    }
  }

  mutating func append(_ kernel: apus_kernel?, _ arguments: UnsafeRawPointer, _ info: InstructionInfo) {
    instructions.append(Instruction(kernel: kernel!, arguments: arguments, parts: 1))
    infos.append(info)
  }

  func name(_ members: [Int]) -> String {
    var names: [String] = []
    for member in members {
      let name = graph.nodes[member].name
      if names.last != name { names.append(name) }
    }
    return names.joined(separator: " ")
  }

  func traffic(_ group: FusedGroup) -> [Monomial] {
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

  func product(_ dimensions: some Sequence<Dimension>) -> Monomial {
    dimensions.reduce(Monomial(1)) { $0 * Monomial($1) }
  }
}
