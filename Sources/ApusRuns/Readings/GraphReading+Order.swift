extension GraphReading {
  /// The nodes that are computed, each after its operands: the way forward, one operation at a time. Ends with the result.
  public var forwardOrder: [Int] {
    nodes.indices.filter { !nodes[$0].operands.isEmpty }
  }

  /// The nodes that a gradient comes back to, the result first, each after everything that uses it: the way backward. An
  /// operation hands back to its operands before the one before it does.
  public var backwardOrder: [Int] {
    var waiting = [Int](repeating: 0, count: nodes.count)
    let users = nodes.indices.filter { !nodes[$0].gradient.isEmpty }
    for user in users { for operand in Set(nodes[user].operands) { waiting[operand] += 1 } }
    guard let result = users.last, result == nodes.count - 1 else { return [] }
    var order = [result]
    for user in users.reversed() where user == result || waiting[user] == 0 {
      var seen: Set<Int> = []
      for operand in nodes[user].operands where seen.insert(operand).inserted {
        waiting[operand] -= 1
        if waiting[operand] == 0, !nodes[operand].gradient.isEmpty { order.append(operand) }
      }
    }
    return order
  }
}
