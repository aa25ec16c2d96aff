import CApus

/// An expression of what the fields of an update loop's arguments point at.
struct UpdateForm: Sendable {
  typealias Result = KeyPath<apus_update_results, UnsafeMutablePointer<Float>?>

  /// The field that each operand stands for.
  private let fields: [ObjectIdentifier: Field]
  /// The expression's last step.
  private let root: TensorNode
  /// The field that each result is the new value of.
  let results: [(field: Field, node: TensorNode)]

  /// An update.
  ///
  /// - Parameter expression: the new values, of operands with the fields' names. The first depends on all others.
  init(_ expression: (Operands) -> KeyValuePairs<Result, Tensor>) {
    let operands = Operands()
    results = expression(operands).map { (Field($0), $1.node) }
    root = results[0].node
    fields = operands.fields
  }

  /// Creates the form of what is done to a gradient or a parameter before the update.
  init(part expression: (Operands) -> Tensor) {
    let operands = Operands()
    root = expression(operands).node
    results = []
    fields = operands.fields
  }

  /// A field of `apus_update` that is an address.
  struct Field: Hashable, Sendable {
    /// In bytes, from the structure's start.
    let offset: Int
    /// A Boolean value that indicates whether it is the address of one number, not of an array.
    let isNumber: Bool

    fileprivate init(_ array: KeyPath<apus_update_arrays, UnsafePointer<Float>?>) {
      offset = MemoryLayout<apus_update>.offset(of: (\apus_update.arrays).appending(path: array))!
      isNumber = false
    }

    fileprivate init(_ number: KeyPath<apus_update_numbers, UnsafePointer<Float>?>) {
      offset = MemoryLayout<apus_update>.offset(of: (\apus_update.numbers).appending(path: number))!
      isNumber = true
    }

    fileprivate init(_ result: Result) {
      offset = MemoryLayout<apus_update>.offset(of: (\apus_update.results).appending(path: result))!
      isNumber = false
    }

    static let parameter = Field(\apus_update_arrays.parameter)
    static let gradient = Field(\apus_update_arrays.gradient)
  }

  /// The fields as tensors. An array is one of its elements here: a form has no shapes.
  @dynamicMemberLookup
  final class Operands {
    private var tensors: [Field: Tensor] = [:]
    fileprivate var fields: [ObjectIdentifier: Field] {
      Dictionary(uniqueKeysWithValues: tensors.map { (ObjectIdentifier($1.node), $0) })
    }

    subscript(dynamicMember array: KeyPath<apus_update_arrays, UnsafePointer<Float>?>) -> Tensor {
      tensor(Field(array))
    }

    subscript(dynamicMember number: KeyPath<apus_update_numbers, UnsafePointer<Float>?>) -> Tensor {
      tensor(Field(number))
    }

    private func tensor(_ field: Field) -> Tensor {
      if let known = tensors[field] { return known }
      let tensor = Tensor.input("operand", TensorType([]))
      tensors[field] = tensor
      return tensor
    }
  }
}

extension UpdateForm {
  /// A group of a plan, compared with forms.
  struct Match {
    private let plan: PlanGraph
    private let members: Set<Int>
    private let space: [Dimension]
    /// The plan's node in the place of each operand of a form. `parameter` and `gradient` may be members of the group, until
    /// what is done to them before the form is known too.
    private(set) var operands: [Field: Int] = [:]

    init(_ plan: PlanGraph, _ group: FusedGroup) {
      (self.plan, members, space) = (plan, Set(group.members), group.space)
    }

    /// Notes the operands and gives the plan's nodes of the form's results, if `node` is the form's last step; otherwise nil.
    mutating func take(_ form: UpdateForm, at node: Int) -> [(field: Field, node: Int)]? {
      var search = Comparison(form: form, match: self)
      guard search.matches(form.root, View(root: node, shape: plan.nodes[node].type.shape)) else {
        return nil
      }
      let results = form.results.compactMap { result in
        search.found[ObjectIdentifier(result.node)].map { (result.field, $0) }
      }
      guard results.count == form.results.count else { return nil }
      operands = search.match.operands
      return results
    }

    /// Puts the operands of a form in the place of `field`, where that is a member of the group and what the form says.
    mutating func replace(_ field: Field, by form: UpdateForm) {
      guard let node = operands[field], members.contains(node) else { return }
      var rest = self
      rest.operands[field] = nil
      if rest.take(form, at: node) != nil { self = rest }
    }

    /// A Boolean value that indicates whether every operand is there before the group runs.
    var isWhole: Bool { operands.values.allSatisfy { !members.contains($0) } }

    private struct Comparison {
      let form: UpdateForm
      var match: Match
      /// The plan's node for each of the form's steps.
      var found: [ObjectIdentifier: Int] = [:]

      mutating func matches(_ node: TensorNode, _ view: View) -> Bool {
        let id = ObjectIdentifier(node)
        if let field = form.fields[id] { return match.bind(field, to: view) }
        if let known = found[id] { return known == view.root }
        let expression = node.expression
        guard match.members.contains(view.root), match.isArray(view),
          case .step(let opcode) = match.plan.nodes[view.root].kind,
          let operation = expression.operation as? any ElementwiseOperation,
          type(of: operation).opcodes[.float32] == opcode
        else { return false }
        let operands = match.plan.nodes[view.root].operands
        let before = self
        found[id] = view.root
        if zip(expression.inputs, operands).allSatisfy({ matches($0, $1) }) { return true }
        self = before
        guard operation is Add || operation is Multiply else { return false }
        found[id] = view.root
        if zip(expression.inputs, operands.reversed()).allSatisfy({ matches($0, $1) }) { return true }
        self = before
        return false
      }
    }

    /// One number for the whole space, or an element of an array for each.
    private mutating func bind(_ field: Field, to view: View) -> Bool {
      guard field.isNumber ? isNumber(view) : isArray(view) else { return false }
      if let known = operands[field] { return known == view.root }
      guard field == .parameter || field == .gradient || !members.contains(view.root) else { return false }
      operands[field] = view.root
      return true
    }

    private func isArray(_ view: View) -> Bool {
      view.isContiguous && view.offset.coefficient == 0 && view.shape.filter { $0 != 1 } == space
    }

    private func isNumber(_ view: View) -> Bool {
      view.strides.allSatisfy { $0.coefficient == 0 } && view.offset.coefficient == 0
        && plan.nodes[view.root].type == TensorType([])
    }
  }
}
