import CApus

// Updates of optimizers that are one loop in C.

extension Emitter {
  /// The group as a loop over its arrays; false where no loop computes it.
  mutating func emitUpdate(_ group: FusedGroup) -> Bool {
    guard group.isProgram, group.space.count == 1, !group.hasRowSteps, group.head == nil,
      group.columnSums.isEmpty,
      let (loop, operands, results) = updateLoop(group)
    else { return false }
    let arguments = memory.allocate(apus_update.self)
    arguments.initialize(to: apus_update())
    memory.set(&arguments.pointee.count, to: product(group.space))
    for (field, node) in operands + results {
      memory.set(UnsafeMutableRawPointer(arguments) + field.offset, toBufferOf: node)
    }
    append(
      loop.kernel(kernels), arguments,
      InstructionInfo(
        name: loop.name, work: group.members.map { graph.nodes[$0].work }, traffic: traffic(group),
        cost: cost(group)))
    return true
  }

  private typealias Fields = [(field: UpdateForm.Field, node: Int)]

  /// The loop that computes a group, and the nodes that its arguments' fields point at.
  private func updateLoop(_ group: FusedGroup) -> (loop: UpdateLoop, operands: Fields, results: Fields)? {
    let stored = group.members.filter { fusion.isStored($0) }
    for loop in UpdateLoop.all where loop.form.results.count == stored.count {
      for node in stored {
        var match = UpdateForm.Match(graph, group)
        guard let results = match.take(loop.form, at: node), Set(results.map(\.node)) == Set(stored) else {
          continue
        }
        match.replace(.parameter, by: UpdateLoop.decay)
        for part in UpdateLoop.gradientParts { match.replace(.gradient, by: part) }
        if match.isWhole { return (loop, match.operands.map { ($0, $1) }, results) }
      }
    }
    return nil
  }
}
