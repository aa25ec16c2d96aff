/// The order of the instructions, and where each result lies in memory.
struct Schedule {
  /// The groups in an order in which each comes after what it reads.
  private(set) var order: [Int] = []
  /// The byte offset in the arena of each node that has a place there.
  private(set) var offsets: [Int: Int] = [:]
  private(set) var arenaBytes = 0
  /// For the head of a group whose result nobody else needs: the member in whose memory it is computed.
  private(set) var sharedMemory: [Int: Int] = [:]

  /// - Parameter rows: the capacity; every buffer has room for so many rows.
  init(_ graph: PlanGraph, _ fusion: Fusion, rows: Int) {
    order = Schedule.order(fusion)
    var positions: [Int: Int] = [:]
    for (position, group) in order.enumerated() { positions[group] = position }
    let outputs = Set(graph.outputs)

    // The first and the last instruction that needs each node's buffer.
    var lifetimes: [Int: ClosedRange<Int>] = [:]
    for (position, key) in order.enumerated() {
      let group = fusion.groups[key]!
      for member in group.members where !outputs.contains(member) {
        if fusion.isStored(member) || !group.isProgram {
          lifetimes[member] = position...position
        } else if member == group.head {
          let sharing = group.members.first {
            $0 != member && !group.rowMembers.contains($0) && fusion.isStored($0)
          }
          if let sharing { sharedMemory[member] = sharing } else { lifetimes[member] = position...position }
        }
      }
    }
    for (position, key) in order.enumerated() {
      for member in fusion.groups[key]!.members {
        for operand in graph.nodes[member].operands {
          if let lifetime = lifetimes[operand.root] {
            lifetimes[operand.root] = lifetime.lowerBound...max(lifetime.upperBound, position)
          }
        }
      }
    }
    let sizes = lifetimes.keys.map { ($0, bytes(graph.nodes[$0].type.shape.count(rows: rows))) }
    // The largest first, each at the lowest place that is free while it lives.
    var placed: [(lifetime: ClosedRange<Int>, memory: Range<Int>)] = []
    for (node, size) in sizes.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) }) {
      let lifetime = lifetimes[node]!
      var offset = 0
      let inTheWay = placed.filter { $0.lifetime.overlaps(lifetime) }.map(\.memory)
      for range in inTheWay.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if range.lowerBound >= offset + size { break }
        offset = max(offset, range.upperBound)
      }
      placed.append((lifetime, offset..<(offset + size)))
      offsets[node] = offset
      arenaBytes = max(arenaBytes, offset + size)
    }
  }

  private static func order(_ fusion: Fusion) -> [Int] {
    var waiting: [Int: Set<Int>] = [:]
    var users: [Int: [Int]] = [:]
    for key in fusion.groups.keys {
      waiting[key] = fusion.dependencies(key)
      for source in waiting[key]! { users[source, default: []].append(key) }
    }
    var order: [Int] = []
    var ready = waiting.filter(\.value.isEmpty).map(\.key)
    while !ready.isEmpty {
      // As traced, as far as the dependencies allow.
      let next = ready.indices.min {
        fusion.groups[ready[$0]]!.members[0] < fusion.groups[ready[$1]]!.members[0]
      }!
      let key = ready.remove(at: next)
      order.append(key)
      for user in users[key] ?? [] {
        waiting[user]!.remove(key)
        if waiting[user]!.isEmpty { ready.append(user) }
      }
    }
    precondition(order.count == fusion.groups.count, "groups depend on each other in a cycle")
    return order
  }
}

/// Bytes for `count` elements, rounded up to a cache line.
func bytes(_ count: Int) -> Int { max((count * 4 + 63) / 64 * 64, 64) }
