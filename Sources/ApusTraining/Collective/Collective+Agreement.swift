import ApusCore

extension Collective {
  /// Checks that all ranks hand in the same values.
  ///
  /// - Throws: an error that names the first value that differs, what it is, and on which ranks; the same on every rank.
  package func agree(_ values: [(name: String, value: String)]) throws {
    guard count > 1 else { return }
    let words = values.flatMap { [$0.name, $0.value] }
    let all = try gather(Self.encode(words)).map(Self.decode)
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    let first = all[0]
    let names = stride(from: 0, to: first.count, by: 2)
    guard all.allSatisfy({ $0.count == first.count }),
      let place = names.first(where: { name in
        all.contains { $0[name] != first[name] || $0[name + 1] != first[name + 1] }
      }), all.allSatisfy({ $0[place] == first[place] })
    else {
      throw ApusError(
        "the ranks run different programs", at: "ranks 0 and \(other)",
        fix: "start the same version of the program on every host (\(hosts[0]), \(hosts[other]))")
    }
    var groups: [(value: String, ranks: [Int])] = []
    for (rank, words) in all.enumerated() {
      if let group = groups.firstIndex(where: { $0.value == words[place + 1] }) {
        groups[group].ranks.append(rank)
      } else {
        groups.append((words[place + 1], [rank]))
      }
    }
    let described = groups.prefix(3).map { "\($0.value) on \(describe($0.ranks))" }
    throw ApusError(
      "the ranks do not agree on \(first[place]): \(described.joined(separator: ", "))",
      fix: "start every rank with the same program, files and arguments")
  }

  /// "rank 3 (host a)", "4 ranks, first rank 3 (host a)".
  private func describe(_ ranks: [Int]) -> String {
    let first = "rank \(ranks[0]) (host \(hosts[ranks[0]]))"
    return ranks.count == 1 ? first : "\(ranks.count) ranks, first \(first)"
  }

  private static func encode(_ words: [String]) -> [UInt8] {
    words.flatMap { word in
      let bytes = Array(word.utf8)
      return withUnsafeBytes(of: UInt64(bytes.count).littleEndian, Array.init) + bytes
    }
  }

  private static func decode(_ bytes: [UInt8]) -> [String] {
    var words: [String] = []
    var rest = bytes[...]
    while rest.count >= 8 {
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(8)
      words.append(String(decoding: rest.prefix(length), as: UTF8.self))
      rest = rest.dropFirst(length)
    }
    return words
  }
}
