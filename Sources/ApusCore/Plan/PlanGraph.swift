import CApus

/// A graph made ready for planning: expansions unfolded, every operand a view of some node's buffer,
/// and copies inserted where a kernel cannot follow a view's strides.
struct PlanGraph {
  struct Node {
    var kind: Kind
    /// The operands as views.
    var operands: [View]
    var type: TensorType
    var name: String
    /// Floating-point operations of one run.
    var work: Monomial
  }

  enum Kind {
    case input(Int)
    case constant(Constant)
    /// A float that is known once the rows are.
    case scalar(@Sendable (_ rows: Int) -> Float)
    case step(apus_opcode)
    case random(stream: UInt64, sampleSize: Int)
    case reduction(ReductionKind, axes: [Int])
    /// The sum of the squares: the norm of a gradient, in one pass.
    case sumOfSquares(axes: [Int])
    case moments
    case contraction
    case attention(isCausal: Bool, isGradient: Bool)
    case copy
    case assembly(axis: Int)
    case gather(axis: Int)
    case scatterAdd(axis: Int)
    case windowed(WindowKernel, Window, groups: Int)
  }

  private(set) var nodes: [Node] = []
  /// For each output of the graph the node whose buffer it is.
  private(set) var outputs: [Int] = []
  private(set) var inputCount = 0
  /// The types of the lowered graph's nodes.
  private let types: [TensorType]

  /// - Throws: an error that names an operation which the engine cannot run.
  init(_ graph: Graph) throws(ApusError) {
    let graph = try graph.lowered()
    inputCount = graph.inputs.count
    types = graph.nodes.map(\.type)
    var inputPositions: [Int: Int] = [:]
    for (position, index) in graph.inputs.enumerated() { if let index { inputPositions[index] = position } }
    var views: [View] = []
    for (index, node) in graph.nodes.enumerated() {
      let operands = node.inputs.map { views[$0] }
      if let position = inputPositions[index] {
        views.append(append(.input(position), [], node))
      } else {
        views.append(try translate(node, operands, node.inputs.map { graph.nodes[$0].type.scalar }))
      }
    }
    // Every output has a buffer of its own.
    var taken: Set<Int> = []
    for output in graph.outputs {
      let view = views[output]
      let type = graph.nodes[output].type
      var root = view.root
      let isWhole =
        view.isContiguous && view.offset.coefficient == 0 && type.shape.count == nodes[root].type.shape.count
      if !isWhole || nodes[root].isSource || taken.contains(root) {
        root = appendCopy(view, type).root
      }
      taken.insert(root)
      outputs.append(root)
    }
  }

  private mutating func append(_ kind: Kind, _ operands: [View], _ node: Graph.Node) -> View {
    let work = node.operation.floatingPointOperations(
      inputs: node.inputs.map { types[$0] }, output: node.type)
    nodes.append(Node(kind: kind, operands: operands, type: node.type, name: node.operation.name, work: work))
    return View(root: nodes.count - 1, shape: node.type.shape)
  }

  private mutating func appendCopy(_ view: View, _ type: TensorType) -> View {
    nodes.append(
      Node(kind: .copy, operands: [view], type: type, name: "copy", work: Monomial(0)))
    return View(root: nodes.count - 1, shape: type.shape)
  }

  private mutating func contiguous(_ view: View) -> View {
    view.isContiguous
      ? view : appendCopy(view, TensorType(TensorShape(view.shape), nodes[view.root].type.scalar))
  }

  /// - Parameter scalars: the operands' types. A view's buffer may have another: a truth value is a float too.
  private mutating func translate(
    _ node: Graph.Node, _ operands: [View], _ scalars: [ScalarType]
  ) throws(ApusError) -> View {
    switch node.operation.lowering {
    case .source:
      if let constant = node.operation as? Constant { return append(.constant(constant), [], node) }
      if let count = node.operation as? ElementCount {
        return append(.scalar { Float(count.count.resolved(rows: $0)) }, [], node)
      }
      throw ApusError("the engine was given no value for the input “\(node.operation.name)”")
    case .program(let opcode):
      if let scalar = foldedScalar(node, operands) { return append(.scalar(scalar), [], node) }
      let scalar = scalars[node.operation is Select ? 1 : 0]
      guard let opcode = opcode(scalar) else {
        throw ApusError("the engine has no kernel for \(node.operation.name) of \(scalar.rawValue)")
      }
      return append(.step(opcode), operands.map { $0.broadcast(to: node.type.shape.dimensions) }, node)
    case .random(let stream):
      return append(.random(stream: stream, sampleSize: node.type.shape.count.coefficient), operands, node)
    case .reduction(let kind, let axes):
      return appendReduction(kind, axes, operands[0], node)
    case .moments:
      return append(.moments, [contiguous(operands[0])], node)
    case .contraction(let transposeLeft, let transposeRight):
      var (left, right) = (operands[0], operands[1])
      let swapped = Array(0..<(left.shape.count - 2)) + [left.shape.count - 1, left.shape.count - 2]
      if transposeLeft { left = left.permuted(swapped) }
      if transposeRight { right = right.permuted(swapped) }
      // The kernel walks a batch with one stride.
      left = hasUniformBatch(left) ? left : contiguous(left)
      right = hasUniformBatch(right) ? right : contiguous(right)
      return append(.contraction, [left, right], node)
    case .attention(let isCausal, let isGradient):
      return append(
        .attention(isCausal: isCausal, isGradient: isGradient), operands.map { contiguous($0) }, node)
    case .view(let change):
      if let view = change.apply(to: operands[0], shape: node.type.shape) { return view }
      let copy = appendCopy(operands[0], TensorType(TensorShape(operands[0].shape), node.type.scalar))
      guard let view = change.apply(to: copy, shape: node.type.shape) else {
        throw ApusError("the engine cannot view \(copy.shape) as \(node.type.shape)")
      }
      return view
    case .assembly(let axis):
      return append(.assembly(axis: axis[0]), operands, node)
    case .gather(let axis):
      return append(.gather(axis: axis), operands.map { contiguous($0) }, node)
    case .scatterAdd(let axis):
      return append(.scatterAdd(axis: axis), operands.map { contiguous($0) }, node)
    case .windowed(let kernel, let window, let groups):
      return append(.windowed(kernel, window, groups: groups), operands.map { contiguous($0) }, node)
    case .expansion:
      throw ApusError("the engine has no kernel for \(node.operation.name) of \(node.type)")
    }
  }

  /// The kernel reduces one axis between an outer and an inner one: other axes are brought together first.
  private mutating func appendReduction(
    _ kind: ReductionKind, _ axes: [Int], _ operand: View, _ node: Graph.Node
  ) -> View {
    let significant = axes.filter { operand.shape[$0] != 1 }
    if significant.isEmpty, kind != .argmax, let view = operand.reshaped(to: node.type.shape.dimensions) {
      return view
    }
    var operand = operand
    var axes = significant
    let between = significant.isEmpty ? [] : Array(significant.first!...significant.last!)
    let areAdjacent = between.allSatisfy { significant.contains($0) || operand.shape[$0] == 1 }
    if !areAdjacent {
      let kept = operand.shape.indices.filter { !significant.contains($0) }
      operand = operand.permuted(kept + significant)
      axes = Array(kept.count..<operand.shape.count)
    }
    operand = contiguous(operand)
    if kind == .sum, case .step(APUS_SQUARE) = nodes[operand.root].kind, operand.offset.coefficient == 0,
      nodes[operand.root].type.shape.count == operand.shape.reduce(Monomial(1), { $0 * Monomial($1) }),
      let source = nodes[operand.root].operands.first, source.isContiguous,
      let view = source.reshaped(to: operand.shape), axes.count == operand.shape.count
    {
      return append(.sumOfSquares(axes: axes), [view], node)
    }
    return append(.reduction(kind, axes: axes), [operand], node)
  }

  private func hasUniformBatch(_ view: View) -> Bool {
    let axes = view.shape.indices.dropLast(2).filter { view.shape[$0] != 1 }
    return zip(axes, axes.dropFirst()).allSatisfy { outer, inner in
      view.strides[outer] == view.strides[inner] * Monomial(view.shape[inner])
    }
  }

  /// Arithmetic on scalars that are known before the run is done before the run.
  private func foldedScalar(_ node: Graph.Node, _ operands: [View]) -> (@Sendable (Int) -> Float)? {
    guard node.type == TensorType([]) else { return nil }
    let combine: @Sendable (Float, Float) -> Float
    switch node.operation {
    case is Add: combine = { $0 + $1 }
    case is Subtract: combine = { $0 - $1 }
    case is Multiply: combine = { $0 * $1 }
    case is Divide: combine = { $0 / $1 }
    case is Negate: combine = { left, _ in -left }
    default: return nil
    }
    var values: [@Sendable (Int) -> Float] = []
    for operand in operands {
      switch nodes[operand.root].kind {
      case .scalar(let value): values.append(value)
      case .constant(let constant) where constant.type == TensorType([]):
        let value = constant.storage.floats[0]
        values.append { _ in value }
      default: return nil
      }
    }
    let (left, right) = (values[0], values[values.count - 1])
    return { rows in combine(left(rows), right(rows)) }
  }
}

extension PlanGraph.Node {
  /// There before the run: no instruction makes it.
  var isSource: Bool {
    switch kind {
    case .input, .constant, .scalar: true
    default: false
    }
  }

  /// Computed row by row of its last axis, so that a program may come after it while the rows are in the cache.
  var takesEpilogue: Bool {
    switch kind {
    case .contraction: true
    case .windowed(let kernel, _, _): kernel != .weightGradient
    default: false
    }
  }

  /// A step of an elementwise program.
  var isElementwise: Bool {
    switch kind {
    case .step, .random: true
    default: false
    }
  }
}

extension ViewChange {
  /// The operand seen so; nil where the strides do not allow it.
  func apply(to view: View, shape: TensorShape) -> View? {
    switch self {
    case .reshape: view.reshaped(to: shape.dimensions)
    case .permute(let permutation): view.permuted(permutation)
    case .broadcast: view.broadcast(to: shape.dimensions)
    case .slice(let starts): view.sliced(starts: starts, to: shape.dimensions)
    }
  }
}

extension Graph {
  /// The graph with every operation that has only an expansion replaced by it.
  func lowered() throws(ApusError) -> Graph {
    var graph = self
    while graph.nodes.contains(where: { if case .expansion = $0.operation.lowering { true } else { false } })
    {
      var inputPositions: [Int: Int] = [:]
      for (position, index) in graph.inputs.enumerated() { if let index { inputPositions[index] = position } }
      let inputs = graph.inputTypes.enumerated().map { Tensor.input("input \($0)", $1) }
      var tensors: [Tensor] = []
      for (index, node) in graph.nodes.enumerated() {
        let operands = node.inputs.map { tensors[$0] }
        if let position = inputPositions[index] {
          tensors.append(inputs[position])
        } else if case .expansion = node.operation.lowering {
          guard let expansion = node.operation.expansion(operands) else {
            throw ApusError("the engine has no kernel for \(node.operation.name) of \(node.type)")
          }
          tensors.append(expansion)
        } else {
          tensors.append(
            Tensor(TensorNode(operation: node.operation, inputs: operands.map(\.node), type: node.type)))
        }
      }
      graph = try Graph(inputs: inputs, outputs: graph.outputs.map { tensors[$0] })
    }
    return graph
  }
}
