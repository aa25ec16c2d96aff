import ApusCore

/// Messages of any length among all ranks, by the thread that uses the transport.
struct Messages {
  let transport: any CollectiveTransport

  private var rank: Int { transport.rank }
  private var count: Int { transport.count }

  /// Every rank's bytes, on every rank: rank 0 collects them, and hands them all on.
  func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    guard count > 1 else { return [bytes] }
    var all: [UInt8] = []
    if rank == 0 {
      var lengths = [Int](repeating: bytes.count, count: count)
      try lengths.withUnsafeMutableBytes { memory in
        for other in 1..<count { try receive(memory, other * 8..<other * 8 + 8, from: other) }
        try complete()
      }
      let header = lengths.withUnsafeBytes { Array($0) }
      all = header + bytes + [UInt8](repeating: 0, count: lengths.dropFirst().reduce(0, +))
      try all.withUnsafeMutableBytes { memory in
        var start = header.count + bytes.count
        for other in 1..<count {
          try receive(memory, start..<start + lengths[other], from: other)
          start += lengths[other]
        }
        try complete()
      }
    } else {
      try withUnsafeBytes(of: bytes.count) { length in
        try bytes.withUnsafeBytes { memory in
          try transport.send(length, to: 0)
          try transport.send(memory, to: 0)
          try complete()
        }
      }
    }
    all = try broadcast(all)
    let lengths = all.withUnsafeBytes { memory in
      (0..<count).map { memory.loadUnaligned(fromByteOffset: $0 * 8, as: Int.self) }
    }
    var start = count * 8
    return lengths.map { length in
      defer { start += length }
      return Array(all[start..<start + length])
    }
  }

  /// Rank 0's bytes, on every rank, handed on along a binomial tree.
  func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
    guard count > 1 else { return bytes }
    var length = rank == 0 ? bytes.count : 0
    try withUnsafeMutableBytes(of: &length) { try handOn($0) }
    var bytes = rank == 0 ? bytes : [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBytes { try handOn($0) }
    return bytes
  }

  private func handOn(_ memory: UnsafeMutableRawBufferPointer) throws {
    // Rank r hears from r without its lowest bit, and tells those that have one bit more below it.
    let lowest = rank == 0 ? 2 << (count - 1).logarithm : rank & -rank
    if rank > 0 {
      try receive(memory, 0..<memory.count, from: rank - lowest)
      try complete()
    }
    var bit = lowest >> 1
    while bit > 0 {
      if rank + bit < count { try transport.send(UnsafeRawBufferPointer(memory), to: rank + bit) }
      bit >>= 1
    }
    try complete()
  }

  /// In round i every rank hears from the one 2^i before it: after the last round, of all.
  func barrier() throws {
    var distance = 1
    var byte: UInt8 = 0
    while distance < count {
      try withUnsafeBytes(of: UInt8(1)) { token in
        try withUnsafeMutableBytes(of: &byte) { memory in
          try transport.send(token, to: (rank + distance) % count)
          try receive(memory, 0..<1, from: (rank - distance + count) % count)
          try complete()
        }
      }
      distance *= 2
    }
  }

  private func receive(_ memory: UnsafeMutableRawBufferPointer, _ part: Range<Int>, from rank: Int) throws {
    _ = try transport.receive(UnsafeMutableRawBufferPointer(rebasing: memory[part]), from: rank)
  }

  private func complete() throws { try transport.complete { true } }
}
