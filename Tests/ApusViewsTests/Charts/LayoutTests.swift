import Testing

import ApusViews

@Suite struct LayoutTests {
  private func layout(_ count: Int, _ edges: [(Int, Int)]) -> LayeredLayout {
    LayeredLayout(sizes: Array(repeating: 10, count: count), edges: edges.map { ($0.0, $0.1) }, gap: 5)
  }

  /// Every edge goes forward, and no two nodes of a layer overlap.
  private func check(_ layout: LayeredLayout, _ edges: [(Int, Int)]) {
    for (from, to) in edges { #expect(layout.layers[from] < layout.layers[to]) }
    for a in layout.layers.indices {
      #expect(layout.positions[a] >= 5 - 1e-9 && layout.positions[a] <= layout.extent - 5 + 1e-9)
      for b in layout.layers.indices where b > a && layout.layers[a] == layout.layers[b] {
        #expect(abs(layout.positions[a] - layout.positions[b]) >= 15 - 1e-9)
      }
    }
  }

  @Test func aChainIsStraight() {
    let edges = [(0, 1), (1, 2), (2, 3)]
    let chain = layout(4, edges)
    check(chain, edges)
    #expect(chain.layers == [0, 1, 2, 3])
    #expect(Set(chain.positions) == [5])
    #expect(chain.extent == 10)
  }

  /// f = (x + y) z: z stands right before the product.
  @Test func aSourceStandsBeforeItsUser() {
    let edges = [(0, 2), (1, 2), (2, 4), (3, 4)]
    let graph = layout(5, edges)
    check(graph, edges)
    #expect(graph.layers == [0, 0, 1, 1, 2])
  }

  @Test func crossingsGo() {
    // Two layers in the opposite order: the barycenters turn one of them round.
    let edges = [(0, 5), (1, 4), (2, 3)]
    let graph = layout(6, edges)
    check(graph, edges)
    let order = [0, 1, 2].sorted { graph.positions[$0] < graph.positions[$1] }
    let ends = [3, 4, 5].sorted { graph.positions[$0] < graph.positions[$1] }
    #expect(order.map { 5 - $0 } == ends)
    #expect(
      LayeredLayout.crossings([[0, 1, 2], [3, 4, 5]], edges.map { ($0.0, $0.1) }, [0, 0, 0, 1, 1, 1]) == 3)
  }

  @Test func longEdgesPassEachLayer() {
    let edges = [(0, 1), (1, 2), (2, 3), (0, 3)]
    let graph = layout(4, edges)
    check(graph, edges)
    #expect(graph.bends[3].map(\.layer) == [0, 1, 2, 3])
    // It does not run through the nodes between.
    for bend in graph.bends[3].dropFirst().dropLast() {
      let node = graph.layers.firstIndex(of: bend.layer)!
      #expect(abs(bend.position - graph.positions[node]) >= 10)
    }
  }

  @Test func manyNodes() {
    let edges = (1..<60).flatMap { node in [(node * 7 % node, node), (node - 1, node)] }
    check(layout(60, edges), edges)
    _ = layout(0, [])
    _ = layout(1, [])
  }

  /// The nearest places that do not overlap.
  @Test func apart() {
    #expect(LayeredLayout.apart([0, 0], [10, 10], 2) == [-6, 6])
    #expect(LayeredLayout.apart([0, 50], [10, 10], 2) == [0, 50])
    #expect(LayeredLayout.apart([20, 0, 7], [2, 2, 2], 0) == [7, 9, 11])
    // Who counts more gives way less.
    #expect(LayeredLayout.apart([0, 0], [10, 10], 2, [1, 3]) == [-9, 3])
  }
}
