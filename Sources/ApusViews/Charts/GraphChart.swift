/// A directed graph without cycles, from the left to the right, with words in its nodes and on its edges.
///
/// A page that shows it part by part finds the n-th node as `[data-node="n"]`, with its `.above`, `.below` and `.note`, and
/// an edge as `[data-from="m"][data-to="n"]`.
package struct GraphChart: Chart {
  package struct Node: Sendable {
    package enum Kind: Sendable { case input, parameter, operation, result }
    package var name: String
    /// Below the name.
    package var note: String
    package var kind: Kind
    /// Above the edges where they leave the node, and below them.
    package var above: String
    package var below: String

    package init(
      _ name: String, note: String = "", kind: Kind = .operation, above: String = "", below: String = ""
    ) {
      (self.name, self.note, self.kind, self.above, self.below) = (name, note, kind, above, below)
    }
  }

  package let title: String
  package let summary: String
  private let nodes: [Node]
  private let edges: [(from: Int, to: Int)]
  private let legend: (above: String, below: String)
  private let layout: LayeredLayout
  private let boxes: [Area]
  private static let header = 52.0
  private static let nodeHeight = 40.0
  private static let gap = 26.0

  /// - Parameters:
  ///   - edges: places in the list of nodes, the start before the end.
  ///   - legend: what stands above and below the edges.
  package init(
    _ title: String, nodes: [Node], edges: [(from: Int, to: Int)],
    legend: (above: String, below: String) = ("", "")
  ) {
    self.title = title
    self.nodes = nodes
    self.edges = edges
    self.legend = legend
    summary =
      "a graph of \(nodes.count) nodes and \(edges.count) edges: "
      + nodes.prefix(60).map { $0.above.isEmpty ? $0.name : "\($0.name) (\($0.above), \($0.below))" }
      .joined(separator: "; ")
    let layout = LayeredLayout(
      sizes: nodes.map { _ in Self.nodeHeight }, edges: edges, gap: Self.gap)
    self.layout = layout
    // Each layer as wide as its widest node; between two as much as the widest label of an edge that leaves.
    let count = (layout.layers.max() ?? -1) + 1
    var left = [Double](repeating: 0, count: count + 1)
    for layer in 0..<count {
      let own = nodes.indices.filter { layout.layers[$0] == layer }
      let box = own.map { Self.width(of: nodes[$0]) }.max() ?? 0
      let labels = own.flatMap { [nodes[$0].above, nodes[$0].below] }
      let words = labels.map { textWidth($0, size: 10) }.max() ?? 0
      left[layer + 1] = left[layer] + box + max(words + 26, 46)
    }
    boxes = nodes.indices.map { node in
      let width = Self.width(of: nodes[node])
      let layer = layout.layers[node]
      let own =
        nodes.indices.filter { layout.layers[$0] == layer }.map { Self.width(of: nodes[$0]) }.max() ?? width
      return Area(
        x: left[layer] + (own - width) / 2, y: Self.header + layout.positions[node] - Self.nodeHeight / 2,
        width: width,
        height: Self.nodeHeight)
    }
  }

  private static func width(of node: Node) -> Double {
    max(textWidth(node.name), textWidth(node.note, size: 10), 24) + 18
  }

  package var width: Double {
    max(
      (boxes.map(\.right).max() ?? 0) + 4, titleWidth(title),
      textWidth("above: \(legend.above)") + 18 + textWidth("below: \(legend.below)") + 4)
  }
  package var height: Double { Self.header + layout.extent + 14 }

  package func draw(into drawing: inout Drawing) {
    drawing.label(title, at: Point(0, 17), "title")
    if !legend.above.isEmpty {
      drawing.label("above: \(legend.above)", at: Point(0, 36), "f0")
      drawing.label("below: \(legend.below)", at: Point(textWidth("above: \(legend.above)") + 18, 36), "f1")
    }
    for (edge, bends) in zip(edges, layout.bends) {
      drawing.group(["data-from": .word("\(edge.from)"), "data-to": .word("\(edge.to)")]) {
        draw(edge, bends, &$0)
      }
    }
    for (number, (node, box)) in zip(nodes, boxes).enumerated() {
      drawing.group(["data-node": .word("\(number)")]) { drawing in
        draw(node, box, &drawing)
        guard edges.contains(where: { $0.from == number }) else { return }
        let start = Point(box.right + 5, box.y + box.height / 2)
        if !node.above.isEmpty {
          drawing.label(node.above, at: Point(start.x, start.y - 4), "small halo f0 above")
        }
        if !node.below.isEmpty {
          drawing.label(node.below, at: Point(start.x, start.y + 12), "small halo f1 below")
        }
      }
    }
  }

  private func draw(_ node: Node, _ box: Area, _ drawing: inout Drawing) {
    let middle = box.x + box.width / 2
    drawing.rectangle(box, "box", corner: node.kind == .operation ? 20 : 4)
    if node.kind != .operation {
      let color = node.kind == .input ? 2 : node.kind == .parameter ? 3 : 1
      drawing.rectangle(
        Area(x: box.x, y: box.y, width: 4, height: box.height), ChartStyle.fill(color), corner: 2)
    }
    drawing.label(node.name, at: Point(middle, box.y + (node.note.isEmpty ? 24 : 17)), "strong", .middle)
    if !node.note.isEmpty {
      drawing.label(node.note, at: Point(middle, box.y + 31), "muted small note", .middle)
    }
  }

  /// A curve that leaves to the right, passes the places between, and arrives from the left.
  private func draw(
    _ edge: (from: Int, to: Int), _ bends: [(layer: Int, position: Double)], _ drawing: inout Drawing
  ) {
    let (start, end) = (boxes[edge.from], boxes[edge.to])
    // Straight as far as the words above and below it go.
    let node = nodes[edge.from]
    let words = max(textWidth(node.above, size: 10), textWidth(node.below, size: 10))
    let middle = start.y + start.height / 2
    var points = [Point(start.right + words, middle)]
    for bend in bends.dropFirst().dropLast() {
      let own = boxes.indices.filter { layout.layers[$0] == bend.layer }
      let left = own.map { boxes[$0].x }.min() ?? 0
      let right = own.map { boxes[$0].right }.max() ?? left
      points += [Point(left - 4, Self.header + bend.position), Point(right + 4, Self.header + bend.position)]
    }
    let tip = Point(end.x - 1, end.y + end.height / 2)
    points.append(Point(tip.x - 6, tip.y))
    var path = "M\(coordinate(start.right)),\(coordinate(middle))H\(coordinate(points[0].x))"
    for (a, b) in zip(points, points.dropFirst()) {
      let pull = max((b.x - a.x) * 0.5, 8)
      path +=
        "C"
        + [Point(a.x + pull, a.y), Point(b.x - pull, b.y), b]
        .map { "\(coordinate($0.x)),\(coordinate($0.y))" }.joined(separator: " ")
    }
    drawing.element("path", ["d": .word(path), "class": .word("axis")])
    drawing.element(
      "path",
      [
        "d": .word(
          "M\(coordinate(tip.x)),\(coordinate(tip.y))l-7,-3.5v7Z"),
        "class": .word("muted"),
      ])
  }
}
