/// Places for the nodes of a directed graph without cycles, in layers so that every edge goes forward (Sugiyama, Tagawa
/// and Toda 1981): layers by the longest way, few crossings by barycenters, straight edges by medians.
package struct LayeredLayout {
  /// The layer of each node.
  package let layers: [Int]
  /// The middle of each node across its layer.
  package let positions: [Double]
  /// For each edge the places across the layers that it passes, from the layer of its start to that of its end.
  package let bends: [[(layer: Int, position: Double)]]
  /// From the least edge of a node to the largest.
  package let extent: Double

  /// - Parameters:
  ///   - sizes: how much each node takes across its layer.
  ///   - edges: from a node to a later one in the list.
  ///   - gap: between neighbors.
  package init(sizes: [Double], edges: [(from: Int, to: Int)], gap: Double) {
    var layers = [Int](repeating: 0, count: sizes.count)
    for edge in edges.sorted(by: { $0.from < $1.from }) {
      layers[edge.to] = max(layers[edge.to], layers[edge.from] + 1)
    }
    // Sources stand right before what needs them.
    for node in sizes.indices.reversed() where !edges.contains(where: { $0.to == node }) {
      let users = edges.filter { $0.from == node }.map { layers[$0.to] }
      if let first = users.min() { layers[node] = first - 1 }
    }
    // A long edge passes a node of its own in each layer between.
    var all = sizes
    var layerOf = layers
    var links: [(from: Int, to: Int)] = []
    var chains: [[Int]] = []
    for edge in edges {
      var chain = [edge.from]
      for layer in stride(from: layers[edge.from] + 1, to: layers[edge.to], by: 1) {
        chain.append(all.count)
        all.append(gap / 2)
        layerOf.append(layer)
      }
      chain.append(edge.to)
      links += zip(chain, chain.dropFirst()).map { ($0, $1) }
      chains.append(chain)
    }
    var order = [[Int]](repeating: [], count: (layerOf.max() ?? -1) + 1)
    for node in all.indices { order[layerOf[node]].append(node) }
    let neighbors = Neighbours(count: all.count, links)
    order = Self.ordered(order, neighbors, links, layerOf)
    var places = Self.placed(order, all, neighbors, gap)
    let least = all.indices.map { places[$0] - all[$0] / 2 }.min() ?? 0
    places = places.map { $0 - least }
    self.layers = layers
    positions = Array(places.prefix(sizes.count))
    bends = chains.map { chain in chain.map { (layerOf[$0], places[$0]) } }
    extent = all.indices.map { places[$0] + all[$0] / 2 }.max() ?? 0
  }

  struct Neighbours {
    var before: [[Int]]
    var after: [[Int]]

    init(count: Int, _ links: [(from: Int, to: Int)]) {
      before = Array(repeating: [], count: count)
      after = before
      for link in links {
        before[link.to].append(link.from)
        after[link.from].append(link.to)
      }
    }

    /// Returns the nodes beside which a node is best placed: sources only where nothing else comes before it, so that
    /// the way through the graph is straight.
    func pulling(_ node: Int) -> [Int] {
      let computed = before[node].filter { !before[$0].isEmpty }
      return (computed.isEmpty ? before[node] : computed) + after[node]
    }
  }

  // MARK: Order

  private static let sweeps = 12

  /// Forward and backward, each layer by the mean place of its neighbors; the order with the fewest crossings stays.
  private static func ordered(
    _ first: [[Int]], _ neighbors: Neighbours, _ links: [(from: Int, to: Int)], _ layerOf: [Int]
  ) -> [[Int]] {
    var order = first
    var best = (order, crossings(order, links, layerOf))
    for sweep in 0..<sweeps where best.1 > 0 {
      let isForward = sweep % 2 == 0
      let layers = isForward ? Array(order.indices.dropFirst()) : Array(order.indices.dropLast().reversed())
      for layer in layers {
        let other = order[isForward ? layer - 1 : layer + 1]
        let place = Dictionary(uniqueKeysWithValues: other.enumerated().map { ($1, Double($0)) })
        let ranked = order[layer].enumerated().map { index, node -> (Double, Int, Int) in
          let around = (isForward ? neighbors.before : neighbors.after)[node].compactMap { place[$0] }
          let mean = around.isEmpty ? Double(index) : around.reduce(0, +) / Double(around.count)
          return (mean, index, node)
        }
        order[layer] = ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
      }
      let count = crossings(order, links, layerOf)
      if count < best.1 { best = (order, count) }
    }
    return best.0
  }

  /// Returns the number of crossings of edges between neighboring layers.
  package static func crossings(_ order: [[Int]], _ links: [(from: Int, to: Int)], _ layerOf: [Int]) -> Int {
    var place: [Int: Int] = [:]
    for layer in order { for (index, node) in layer.enumerated() { place[node] = index } }
    var count = 0
    for layer in order.indices {
      let own = links.filter { layerOf[$0.from] == layer }.map { (place[$0.from]!, place[$0.to]!) }
      for (index, a) in own.enumerated() {
        for b in own[(index + 1)...] where (a.0 - b.0) * (a.1 - b.1) < 0 { count += 1 }
      }
    }
    return count
  }

  // MARK: Places

  /// Each node as near to the mean of its neighbors as the others in its layer allow.
  private static func placed(_ order: [[Int]], _ sizes: [Double], _ neighbors: Neighbours, _ gap: Double)
    -> [Double]
  {
    var places = [Double](repeating: 0, count: sizes.count)
    for layer in order {
      var at = -(layer.reduce(0) { $0 + sizes[$1] } + gap * Double(max(layer.count - 1, 0))) / 2
      for node in layer {
        places[node] = at + sizes[node] / 2
        at += sizes[node] + gap
      }
    }
    for sweep in 0..<sweeps {
      for layer in sweep % 2 == 0 ? order : order.reversed() {
        let wishes = layer.map { node -> Double in
          let around = neighbors.pulling(node).map { places[$0] }
          return around.isEmpty ? places[node] : around.reduce(0, +) / Double(around.count)
        }
        // Sources give way.
        let weights = layer.map { neighbors.before[$0].isEmpty ? 0.1 : 1 }
        for (node, place) in zip(layer, apart(wishes, layer.map { sizes[$0] }, gap, weights)) {
          places[node] = place
        }
      }
    }
    return places
  }

  /// The places nearest to some wishes, in order and without overlap: blocks of neighbors that touch share their mean
  /// (pool adjacent violators).
  ///
  /// - Parameter weights: how much each counts in a mean; equally when nil.
  package static func apart(
    _ wishes: [Double], _ sizes: [Double], _ gap: Double, _ weights: [Double]? = nil
  ) -> [Double] {
    // Distances taken out, the places have only to rise.
    var offsets: [Double] = []
    var sum = 0.0
    for index in sizes.indices {
      if index > 0 { sum += (sizes[index - 1] + sizes[index]) / 2 + gap }
      offsets.append(sum)
    }
    var blocks: [(sum: Double, weight: Double, count: Int)] = []
    for (index, (wish, offset)) in zip(wishes, offsets).enumerated() {
      let weight = weights?[index] ?? 1
      blocks.append(((wish - offset) * weight, weight, 1))
      while blocks.count > 1,
        blocks[blocks.count - 2].sum / blocks[blocks.count - 2].weight
          > blocks[blocks.count - 1].sum / blocks[blocks.count - 1].weight
      {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].weight += last.weight
        blocks[blocks.count - 1].count += last.count
      }
    }
    let rising = blocks.flatMap { Array(repeating: $0.sum / $0.weight, count: $0.count) }
    return zip(rising, offsets).map { $0 + $1 }
  }
}
