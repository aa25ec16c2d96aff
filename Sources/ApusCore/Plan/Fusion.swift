/// Nodes that one instruction computes: a chain of elementwise steps, with reductions along the last axis,
/// perhaps behind a matrix product, a convolution or a pooling; or one other node.
struct FusedGroup {
  /// Ascending.
  var members: [Int]
  /// The axes of the iteration space that are longer than 1.
  var space: [Dimension]
  /// Members with one element for each row of the space: results of row reductions and what follows from them.
  var rowMembers: Set<Int> = []
  var hasRowSteps = false
  /// Members that are sums down the columns of the space: their operands are added up strip by strip.
  var columnSums: Set<Int> = []
  /// The member that the program follows: a matrix product, a convolution, a pooling.
  var head: Int?
  /// A Boolean value that indicates whether the members are steps of a program.
  var isProgram: Bool
}

/// Decides which nodes are computed together.
///
/// Nodes are visited from the results to the inputs; each joins the groups that use it, when it computes
/// on the same iteration space and when no cycle between groups comes of it. So what only the backward
/// pass needs is computed there, and a chain ends up behind the matrix product that feeds it.
struct Fusion {
  let graph: PlanGraph
  private(set) var groups: [Int: FusedGroup] = [:]
  /// The group of each node; nil for sources.
  private(set) var groupOf: [Int?]
  /// The groups that each group reads.
  private var sources: [Int: Set<Int>] = [:]
  private let consumers: [[Int]]
  private let isOutput: Set<Int>

  /// Rows as long as this at most are recomputed for each element rather than left to an instruction of their own.
  private static let longestWidenedRow = 128
  /// Steps and distinct operands of a program: together they fit its registers (`APUS_MAX_REGISTERS`).
  private static let mostSteps = 24
  private static let mostOperands = 22

  init(_ graph: PlanGraph, fuses: Bool = true) {
    self.graph = graph
    var consumers: [[Int]] = Array(repeating: [], count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      for root in Set(node.operands.map(\.root)) { consumers[root].append(index) }
    }
    self.consumers = consumers
    groupOf = Array(repeating: nil, count: graph.nodes.count)
    isOutput = Set(graph.outputs)
    for index in graph.nodes.indices.reversed() where !graph.nodes[index].isSource {
      let isNeeded = isOutput.contains(index) || consumers[index].contains { groupOf[$0] != nil }
      if isNeeded { place(index, fuses: fuses) }
    }
    if fuses { mergeColumnSums() }
  }

  // MARK: Placing a node

  private mutating func place(_ index: Int, fuses: Bool) {
    let users = consumers[index].compactMap { groupOf[$0] }
    // The earliest first: the others depend on it if any does.
    for candidate in Set(users).sorted(by: { groups[$0]!.members[0] < groups[$1]!.members[0] }) where fuses {
      guard let joined = joining(index, to: groups[candidate]!),
        !users.contains(where: { $0 != candidate && depends(candidate, on: $0) })
      else { continue }
      groups[candidate] = joined
      note(index, in: candidate, readBy: users)
      for other in Set(users).sorted() where other != candidate { merge(other, into: candidate) }
      return
    }
    groups[index] = newGroup(index)
    note(index, in: index, readBy: users)
  }

  private mutating func note(_ index: Int, in group: Int, readBy users: [Int]) {
    groupOf[index] = group
    for user in users where user != group { sources[user, default: []].insert(group) }
  }

  private func newGroup(_ index: Int) -> FusedGroup {
    let node = graph.nodes[index]
    if node.isElementwise {
      return FusedGroup(members: [index], space: significant(node.type.shape.dimensions), isProgram: true)
    }
    if let row = rowReduction(node) {
      return FusedGroup(members: [index], space: row, rowMembers: [index], hasRowSteps: true, isProgram: true)
    }
    if let space = columnSum(node) {
      return FusedGroup(members: [index], space: space, columnSums: [index], isProgram: true)
    }
    return FusedGroup(
      members: [index], space: significant(node.type.shape.dimensions),
      head: node.takesEpilogue ? index : nil,
      isProgram: false)
  }

  /// `group` with the node in it, or nil where it does not fit.
  private func joining(_ index: Int, to group: FusedGroup) -> FusedGroup? {
    guard group.isProgram, group.members.count < Self.mostSteps else { return nil }
    let node = graph.nodes[index]
    var joined = group
    joined.members = (group.members + [index]).sorted()
    let shape = significant(node.type.shape.dimensions)
    if let row = rowReduction(node) {
      if row != group.space {
        guard row.dropLast() == group.space[...], group.head == nil, !group.hasRowSteps,
          group.columnSums.isEmpty,
          row.last!.size <= Self.longestWidenedRow,
          !group.members.contains(where: { isRandom(graph.nodes[$0]) })
        else { return nil }
        joined.space = row
        joined.rowMembers = Set(group.members)
      }
      if let head = group.head, graph.nodes[head].type.shape[-1] == 1 { return nil }
      joined.hasRowSteps = true
      joined.rowMembers.insert(index)
    } else if node.isElementwise {
      if !group.columnSums.isEmpty, endsBehindProduct(index, group) { return nil }
      if shape != group.space {
        guard group.hasRowSteps, shape[...] == group.space.dropLast(), !isRandom(node),
          group.space.last!.size <= Self.longestWidenedRow
        else { return nil }
        joined.rowMembers.insert(index)
      }
    } else if node.takesEpilogue {
      // The product's rows and columns are the program's.
      guard group.head == nil, group.columnSums.isEmpty, areSameRows(shape, group.space),
        node.type.shape[-1] != 1 || !group.hasRowSteps
      else { return nil }
      joined.head = index
    } else {
      return nil
    }
    // Where members of the group read it, they must read it element for element.
    for member in joined.members where member != index {
      for operand in graph.nodes[member].operands where operand.root == index {
        guard readsInPlace(operand, by: member, in: joined) else { return nil }
      }
    }
    return operandCount(joined) <= Self.mostOperands ? joined : nil
  }

  /// Distinct operands from outside, the head's result among them.
  private func operandCount(_ group: FusedGroup) -> Int {
    var operands: Set<View> = []
    let members = Set(group.members)
    for member in group.members where member != group.head {
      for operand in graph.nodes[member].operands
      where operand.root == group.head || !members.contains(operand.root) {
        operands.insert(operand)
      }
    }
    return operands.count
  }

  private mutating func merge(_ other: Int, into target: Int) {
    guard let a = groups[target], let b = groups[other], a.isProgram, b.isProgram, a.space == b.space,
      a.head == nil || b.head == nil, a.members.count + b.members.count <= Self.mostSteps
    else { return }
    guard !reaches(target, other), !reaches(other, target) else { return }
    var merged = a
    merged.members = (a.members + b.members).sorted()
    merged.rowMembers.formUnion(b.rowMembers)
    merged.hasRowSteps = a.hasRowSteps || b.hasRowSteps
    merged.columnSums = a.columnSums.union(b.columnSums)
    merged.head = a.head ?? b.head
    let all = Set(merged.members)
    for member in merged.members where member != merged.head {
      for operand in graph.nodes[member].operands where all.contains(operand.root) {
        guard readsInPlace(operand, by: member, in: merged) else { return }
      }
    }
    guard operandCount(merged) <= Self.mostOperands else { return }
    if let head = merged.head {
      guard merged.columnSums.isEmpty else { return }
      guard !merged.hasRowSteps || graph.nodes[head].type.shape[-1] != 1 else { return }
      guard !graph.nodes[head].operands.contains(where: { all.contains($0.root) }) else { return }
    }
    groups[target] = merged
    groups[other] = nil
    for member in b.members { groupOf[member] = target }
    for key in sources.keys where sources[key]!.remove(other) != nil { sources[key]!.insert(target) }
    sources[target, default: []].formUnion(sources.removeValue(forKey: other) ?? [])
    sources[target]!.remove(target)
  }

  // MARK: Questions

  /// The groups that a group's members read from.
  func dependencies(_ group: Int) -> Set<Int> { sources[group] ?? [] }

  /// Returns whether one group reads another through a third, which would have to come before and after the two merged.
  private func reaches(_ group: Int, _ other: Int) -> Bool {
    dependencies(group).contains { $0 != other && depends($0, on: other) }
  }

  private func depends(_ group: Int, on other: Int) -> Bool {
    if group == other { return true }
    // Nodes read what comes before them: a group that ends before the other begins does not read it.
    let begin = groups[other]!.members[0]
    var seen: Set<Int> = [group]
    var pending = [group]
    while let next = pending.popLast() {
      for source in dependencies(next) where seen.insert(source).inserted {
        if source == other { return true }
        if groups[source]!.members.last! > begin { pending.append(source) }
      }
    }
    return false
  }

  /// Returns whether a member's value must be stored: something outside the group needs it.
  func isStored(_ index: Int) -> Bool {
    isOutput.contains(index) || consumers[index].contains { groupOf[$0] != groupOf[index] }
      // A product's operands are read from memory.
      || consumers[index].contains { graph.nodes[$0].takesEpilogue }
  }

  /// Returns whether `member` reads the whole of another member's register, element for element.
  private func readsInPlace(_ operand: View, by member: Int, in group: FusedGroup) -> Bool {
    guard member != group.head, !group.columnSums.contains(operand.root), operand.offset.coefficient == 0
    else { return false }
    return operandStrides(operand, of: member, in: group)
      == (group.rowMembers.contains(operand.root) ? group.rowStrides : group.fullStrides)
  }

  /// The strides with which a member's operand is read along the axes of the group's space.
  func operandStrides(_ operand: View, of member: Int, in group: FusedGroup) -> [Monomial] {
    let node = graph.nodes[member]
    if rowReduction(node) != nil, group.hasRowSteps, group.rowMembers.contains(member) {
      return operand.significantStrides
    }
    var strides = operand.significantStrides
    if group.rowMembers.contains(member) { strides.append(Monomial(0)) }
    return strides
  }

  /// The space that a node reduces along its last axis; nil when it does not, or when the axis is too long.
  func rowReduction(_ node: PlanGraph.Node) -> [Dimension]? {
    guard case .reduction(let kind, let axes) = node.kind, kind != .argmax, node.type.scalar == .float32
    else { return nil }
    let shape = node.operands[0].shape
    let reduced = axes.filter { shape[$0] != 1 }
    let space = significant(shape)
    guard reduced.count == 1, let last = space.last, space.count >= 2, !last.isPerRow,
      last.size <= longestRow,
      last.size > 0, shape.indices.last(where: { shape[$0] != 1 }) == reduced[0]
    else { return nil }
    return space
  }

  /// The space whose columns a node adds up: all axes but the last, which may be as long as it is.
  private func columnSum(_ node: PlanGraph.Node) -> [Dimension]? {
    guard case .reduction(.sum, let axes) = node.kind, node.type.scalar == .float32 else { return nil }
    let shape = node.operands[0].shape
    let space = significant(shape)
    guard let last = shape.indices.last(where: { shape[$0] != 1 }), space.count >= 2, !shape[last].isPerRow,
      axes.filter({ shape[$0] != 1 }) == shape.indices.filter({ shape[$0] != 1 && $0 != last })
    else { return nil }
    return space
  }

  /// Returns whether a node that is stored in any case follows from a matrix product of its shape, whose program is a
  /// better place for it than that of a sum down the columns.
  private func endsBehindProduct(_ index: Int, _ group: FusedGroup) -> Bool {
    let members = Set(group.members)
    guard isOutput.contains(index) || consumers[index].contains(where: { !members.contains($0) }) else {
      return false
    }
    let shape = significant(graph.nodes[index].type.shape.dimensions)
    var pending = [index]
    while let next = pending.popLast() {
      for operand in graph.nodes[next].operands where operand.isContiguous {
        let node = graph.nodes[operand.root]
        let found = significant(node.type.shape.dimensions)
        if node.takesEpilogue, areSameRows(found, shape) { return true }
        if node.isElementwise, found == shape, groupOf[operand.root] == nil { pending.append(operand.root) }
      }
    }
    return false
  }

  /// Sums down the columns of what the same nodes are read for, in one pass.
  private mutating func mergeColumnSums() {
    let summing = groups.keys.filter { !groups[$0]!.columnSums.isEmpty }.sorted()
    for (position, target) in summing.enumerated() where groups[target] != nil {
      for other in summing[(position + 1)...] {
        guard let a = groups[target], let b = groups[other], a.space == b.space,
          !roots(a).isDisjoint(with: roots(b))
        else { continue }
        merge(other, into: target)
      }
    }
  }

  /// Returns the nodes that a group's members read.
  private func roots(_ group: FusedGroup) -> Set<Int> {
    Set(group.members.flatMap { graph.nodes[$0].operands.map(\.root) })
  }

  private func isRandom(_ node: PlanGraph.Node) -> Bool {
    if case .random = node.kind { true } else { false }
  }

  /// Returns whether two shapes hold the same rows in the same order: a product's rows may be those of several axes.
  private func areSameRows(_ left: [Dimension], _ right: [Dimension]) -> Bool {
    left == right
      || left.last == right.last && TensorShape(left).count == TensorShape(right).count && left.last != nil
  }

  private func significant(_ shape: [Dimension]) -> [Dimension] { shape.filter { $0 != 1 } }
}

/// Most elements of a row that a program can reduce: a strip.
private let longestRow = 1024

extension FusedGroup {
  /// A full member's strides along the space.
  var fullStrides: [Monomial] { View.contiguousStrides(space) }
  /// A row member's.
  var rowStrides: [Monomial] { View.contiguousStrides(space.dropLast()) + [Monomial(0)] }
}
