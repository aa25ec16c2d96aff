/// An operand of a program: a buffer with strides along the axes of the program's space.
struct ProgramOperand: Hashable {
  var root: Int
  var offset: Monomial
  var strides: [Monomial]
}

/// An iteration space with the strides of its operands.
struct Space {
  private(set) var dimensions: [Dimension]
  private(set) var strides: [[Monomial]]

  init(dimensions: [Dimension], operands: [ProgramOperand]) {
    self.dimensions = dimensions
    strides = operands.map(\.strides)
    if dimensions.isEmpty { appendUnitAxis() }
  }

  mutating func appendUnitAxis() {
    dimensions.append(1)
    for operand in strides.indices { strides[operand].append(Monomial(0)) }
  }

  /// Merges neighboring axes along which every operand walks on evenly.
  mutating func merge(keepingLast: Bool) {
    var axis = dimensions.count - (keepingLast ? 3 : 2)
    while axis >= 0 {
      let inner = Monomial(dimensions[axis + 1])
      let isEven = strides.allSatisfy { $0[axis] == $0[axis + 1] * inner }
      let isExpressible = !(dimensions[axis].isPerRow && dimensions[axis + 1].isPerRow)
      if isEven, isExpressible {
        dimensions[axis] = Dimension(
          dimensions[axis].size * dimensions[axis + 1].size,
          perRow: dimensions[axis].isPerRow || dimensions[axis + 1].isPerRow)
        dimensions.remove(at: axis + 1)
        for operand in strides.indices { strides[operand].remove(at: axis) }
      }
      axis -= 1
    }
  }
}
