import CApus

// Matrix products, with the program that comes after them.

extension Emitter {
  mutating func emitProduct(
    _ index: Int, program: UnsafeMutablePointer<apus_program>?, _ group: FusedGroup
  ) {
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
    arguments.pointee.caches = caches
    products.append((instructions.count, arguments))
    let after = group.members.filter { $0 != index }.count
    append(
      kernels.contract, arguments,
      InstructionInfo(
        name: name(group.members), work: group.members.map { graph.nodes[$0].work }, traffic: traffic(group),
        cost: [
          (node.work, 1.0 / 180),
          (product(node.type.shape.dimensions), 0.1 * Double(after)),
        ]))
  }

  func batchStride(_ view: View) -> Monomial {
    let axis = view.shape.indices.dropLast(2).last { view.shape[$0] != 1 }
    return axis.map { view.strides[$0] } ?? Monomial(0)
  }
}
