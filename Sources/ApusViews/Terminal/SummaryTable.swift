import ApusData
package import ApusNN

/// A model's layers as a tree, with their output shapes, units, parameters, work and memory; the line of a layer around
/// others holds what they come to.
package struct SummaryTable: Sendable {
  private let summary: NetworkSummary

  package init(_ summary: NetworkSummary) { self.summary = summary }

  package init(_ model: Model) { self.init(NetworkSummary(model)) }

  package func lines(width: Int = 80) -> [String] {
    var table = TextTable(
      ["layer", "output", "units", "parameters", "FLOPs", "activations"],
      [.left, .left, .right, .right, .right, .right])
    table.rows += summary.inputs.map { [$0.name, Self.shape($0.shape), Self.units($0.shape), "", "", ""] }
    let roots = Self.tree(summary.layers)
    for root in roots { Self.add(root, margin: "", mark: "", to: &table) }
    let total = roots.reduce(into: Sums()) { $0.add($1.sums) }
    table.totals =
      ["total", "", grouped(total.activations), grouped(summary.parameterCount)]
      + [Self.prefixedCount(total.work), byteFigure(4 * total.activations)]
    return table.lines(width: width)
      + [
        "",
        "FLOPs are those of one sample's forward pass, activations the memory of its outputs; the parameters take "
          + byteFigure(4 * summary.parameterCount) + ".",
      ].flatMap { wrapped($0, width: width) }
  }

  private struct Sums {
    var parameters = 0
    var work = 0
    var activations = 0

    mutating func add(_ other: Sums) {
      parameters += other.parameters
      work += other.work
      activations += other.activations
    }
  }

  /// A layer and those in it.
  private struct Node {
    var layer: Model.LayerSummary
    /// Its name in the layer around it.
    var label: String
    var children: [Node]
    var sums: Sums
  }

  /// Layers come after those in them; a path begins with that of the layer around it.
  private static func tree(_ layers: [Model.LayerSummary]) -> [Node] {
    var open: [Node] = []
    for layer in layers {
      let first = open.firstIndex { $0.layer.path.hasPrefix(layer.path + ".") } ?? open.count
      var sums = Sums(
        parameters: layer.parameterCount, work: layer.floatingPointOperations,
        activations: layer.activationCount)
      let children = open[first...].map { child in
        var child = child
        child.label = String(child.label.dropFirst(layer.path.count + 1))
        sums.add(child.sums)
        return child
      }
      open.removeSubrange(first...)
      open.append(Node(layer: layer, label: layer.path, children: children, sums: sums))
    }
    return open
  }

  private static func add(_ node: Node, margin: String, mark: String, to table: inout TextTable) {
    let shape = node.layer.outputShape
    table.rows.append([
      "\(margin)\(mark)\(node.label) \(node.layer.name)", self.shape(shape), units(shape),
      node.sums.parameters == 0 ? "–" : grouped(node.sums.parameters), prefixedCount(node.sums.work),
      node.sums.activations == 0 ? "–" : byteFigure(4 * node.sums.activations),
    ])
    let inner = margin + (mark.isEmpty ? "" : mark == "├ " ? "│ " : "  ")
    for (index, child) in node.children.enumerated() {
      add(child, margin: inner, mark: index == node.children.count - 1 ? "└ " : "├ ", to: &table)
    }
  }

  private static func prefixedCount(_ count: Int) -> String {
    count == 0 ? "–" : count < 10_000 ? grouped(count) : prefixedFigure(Double(count))
  }

  private static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: " × ") }
  private static func units(_ shape: [Int]) -> String { grouped(shape.reduce(1, *)) }
}
