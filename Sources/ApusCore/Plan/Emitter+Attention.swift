import CApus

// Attention and its gradient.

extension Emitter {
  mutating func emitAttention(_ isCausal: Bool, _ isGradient: Bool, _ index: Int) {
    let node = graph.nodes[index]
    let packed = node.operands[0]
    let axis = packed.shape.count - 4
    let (length, heads, size) = (
      packed.shape[axis].size, packed.shape[axis + 2].size, packed.shape[axis + 3].size
    )
    let arguments = memory.allocate(apus_attention.self)
    let base = UnsafeMutableRawPointer(arguments)
    func place(_ path: PartialKeyPath<apus_attention>) -> UnsafeMutableRawPointer {
      base + MemoryLayout<apus_attention>.offset(of: path)!
    }
    memory.set(place(\.packed), toBufferOf: packed.root, offset: packed.offset)
    if isGradient {
      memory.set(place(\.upstream), toBufferOf: node.operands[1].root, offset: node.operands[1].offset)
    }
    memory.set(place(\.output), toBufferOf: index)
    memory.set(place(\.batch).assumingMemoryBound(to: Int64.self), to: product(packed.shape[..<axis]))
    arguments.pointee.length = Int64(length)
    arguments.pointee.heads = Int64(heads)
    arguments.pointee.size = Int64(size)
    arguments.pointee.scale = Float(attentionScale(size))
    arguments.pointee.is_causal = isCausal ? 1 : 0
    arguments.pointee.is_gradient = isGradient ? 1 : 0
    scratches.append(
      ScratchUse(
        instruction: instructions.count, floats: { apus_attention_scratch(arguments) },
        memory: place(\.scratch).assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self),
        stride: place(\.scratch_stride).assumingMemoryBound(to: Int64.self)))
    let scores = product(packed.shape[..<axis]) * Monomial(heads * length * length)
    append(
      isGradient ? kernels.attention_gradient : kernels.attention, arguments,
      InstructionInfo(
        name: node.name, work: [node.work],
        traffic: node.operands.map { product($0.shape) } + [product(node.type.shape.dimensions)],
        cost: [(node.work, 1.0 / 120), (scores, isGradient ? 0.4 : 0.3)]))
  }
}
