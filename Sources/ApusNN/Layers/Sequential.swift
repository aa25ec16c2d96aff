public import ApusCore

/// Layers one after the other; what the braces of a model build.
///
/// The parameters of the layer at position i are named `i.…`, as PyTorch's `nn.Sequential` names them.
public struct Sequential: ContainerLayer {
  public static let name = "sequential"
  public static let formula = "y = fₙ(… f₁(x))"
  public static var isList: Bool { true }

  /// A layer and the place in the source where it was written.
  public struct Item: Sendable {
    public var layer: any Layer
    package var location: SourceLocation?
  }

  public var items: [Item]

  public init() { items = [] }

  public init(_ layers: [any Layer]) {
    items = layers.map { Item(layer: $0, location: nil) }
  }

  public init(items: [Item]) {
    self.items = items
  }

  public init(list: Sequential) { self = list }
  public var list: Sequential { self }

  public init(@Sequential.Builder _ layers: () -> Sequential) {
    self = layers()
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    var output = input
    for (position, item) in items.enumerated() {
      output = scope.call(item.layer, output, named: "\(position)", location: item.location)
    }
    return output
  }

  /// The layers that these consist of.
  var expandedList: Sequential {
    Sequential(items: items.map { Item(layer: $0.layer.expanded, location: $0.location) })
  }

  /// A list of layers, or one layer.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONValue(from: decoder), in: decoder.vocabulary)
  }

  /// Reads the description of a list of layers, or of one.
  ///
  /// - Throws: an error that names an unknown layer or parameter, with the nearest name, or a wrong value.
  init(_ description: JSONValue, in vocabulary: Vocabulary) throws(ApusError) {
    var layers: [any Layer] = []
    for item in description.arrayValue ?? [description] {
      if case .array = item {
        layers.append(try Sequential(item, in: vocabulary))
      } else {
        layers.append(try Self.table.item(item, in: vocabulary))
      }
    }
    self.init(layers)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for item in items { try item.layer.expanded.encodeDescription(to: container.superEncoder()) }
  }
}

/// x + f(x): the input is added to what the layers make of it (He et al. 2015).
public struct Residual: ContainerLayer {
  public static let name = "residual"
  public static let formula = "y = x + f(x)"
  public var layers: Sequential

  public init() { layers = Sequential() }
  public init(list: Sequential) { layers = list }
  public var list: Sequential { layers }

  public init(@Sequential.Builder _ layers: () -> Sequential) {
    self.layers = layers()
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    let output = layers(input, in: scope)
    guard output.error == nil, output.shape != input.shape else { return input + output }
    return .failed(
      ApusError(
        "residual layers turn \(input.shape) into \(output.shape)", expected: "the shape of the input",
        fix: "end the branch with as many units as come in"))
  }

}

/// A file and a line.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  package var file: String
  package var line: Int

  package var description: String { "\(file):\(line)" }
}

extension Sequential {
  /// Collects the layers that stand one below the other.
  @resultBuilder
  public enum Builder {
    public static func buildExpression(
      _ layer: some Layer, file: String = #fileID, line: Int = #line
    ) -> [Sequential.Item] {
      [Sequential.Item(layer: layer, location: SourceLocation(file: file, line: line))]
    }

    public static func buildBlock(_ items: [Sequential.Item]...) -> [Sequential.Item] { items.flatMap { $0 } }
    public static func buildArray(_ items: [[Sequential.Item]]) -> [Sequential.Item] { items.flatMap { $0 } }
    public static func buildOptional(_ items: [Sequential.Item]?) -> [Sequential.Item] { items ?? [] }
    public static func buildEither(first items: [Sequential.Item]) -> [Sequential.Item] { items }
    public static func buildEither(second items: [Sequential.Item]) -> [Sequential.Item] { items }
    public static func buildFinalResult(_ items: [Sequential.Item]) -> Sequential { Sequential(items: items) }
  }
}
