public import ApusCore

/// Layers wired by name: several inputs, branches that meet again, several outputs.
///
/// ```swift
/// let network = LayerGraph(outputs: ["classes", "helper"]) {
///   LayerGraph.Node("trunk") { Conv2D(32, 3); ReLU(); Flatten() }
///   LayerGraph.Node("helper", from: ["trunk"]) { Dense(10) }
///   LayerGraph.Node("deep", from: ["trunk"]) { Dense(128); ReLU() }
///   LayerGraph.Node("classes", from: ["deep", "trunk"], joined: .concatenate) { Dense(10) }
/// }
/// ```
///
/// A step takes what the steps and inputs of its `from` give, and puts out a tensor under its own name. Without a `from`
/// it takes the step before it; the first one takes the only input. Its parameters are named `step.0.…`.
public struct LayerGraph: Network {
  public static let name = "layerGraph"
  public static let formula = "each step: y = layers(joined inputs)"

  public var steps: [Node]
  /// The steps whose results are the network's outputs, the main one first; the last step when empty.
  public var outputs: [String]

  public init() { self.init(steps: []) }

  public init(steps: [Node], outputs: [String] = []) {
    self.steps = steps
    self.outputs = outputs
  }

  public init(outputs: [String] = [], @LayerGraph.Builder _ steps: () -> [Node]) {
    self.init(steps: steps(), outputs: outputs)
  }

  /// The way in which several tensors become one.
  public enum Joining: String, Codable, Sendable, CaseIterable {
    /// Side by side along the last axis: features, channels.
    case concatenate
    case add
    case multiply
  }

  /// Some layers with a name.
  public struct Node: Codable, Equatable, Sendable {
    public var name: String
    /// Inputs of the network and earlier steps.
    public var from: [String]
    public var joined: Joining
    public var layers: Sequential

    public init(_ name: String, from: [String] = [], joined: Joining = .concatenate, layers: Sequential) {
      self.name = name
      self.from = from
      self.joined = joined
      self.layers = layers
    }

    public init(
      _ name: String, from: [String] = [], joined: Joining = .concatenate,
      @Sequential.Builder _ layers: () -> Sequential
    ) {
      self.init(name, from: from, joined: joined, layers: layers())
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case name, from, joined, layers
    }

    /// `from` may be one name; what is left out has its default.
    public init(from decoder: any Decoder) throws {
      let given = try decoder.singleValueContainer().decode(JSONValue.self)
      let known = CodingKeys.allCases.map(\.rawValue)
      if case .object(let members) = given, let unknown = members.first(where: { !known.contains($0.key) }) {
        throw ApusError(
          "a step has no “\(unknown.key)”", expected: known.joined(separator: ", "),
          fix: Spelling.suggestion(for: unknown.key, in: known))
      }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      name = try values.decode(String.self, forKey: .name)
      if case .string(let only)? = given["from"] {
        from = [only]
      } else {
        from = try values.decodeIfPresent([String].self, forKey: .from) ?? []
      }
      joined = try values.decodeIfPresent(Joining.self, forKey: .joined) ?? .concatenate
      layers = try values.decodeIfPresent(Sequential.self, forKey: .layers) ?? Sequential()
    }
  }

  public func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
    guard let last = steps.last else {
      return failed("a layer graph without steps", expected: "at least one step")
    }
    var known = inputs
    for (position, step) in steps.enumerated() {
      if known.names.contains(step.name) {
        return failed("two tensors are named “\(step.name)”", expected: "a name of its own for each step")
      }
      let sources = step.from.isEmpty && position > 0 ? [steps[position - 1].name] : step.from
      let joined = join(sources.isEmpty ? [known.single] : sources.map { known[$0] }, step.joined)
      if let error = joined.error, error.place == nil {
        return ["output": .failed(error.at("step \(step.name)"))]
      }
      known[step.name] = scope.call(step.layers, joined, named: step.name)
    }
    return NamedTensors((outputs.isEmpty ? [last.name] : outputs).map { ($0, known[$0]) })
  }

  private func join(_ tensors: [Tensor], _ joining: Joining) -> Tensor {
    guard tensors.count > 1 else { return tensors[0] }
    switch joining {
    case .concatenate: return .concatenate(tensors, axis: -1)
    case .add: return tensors.dropFirst().reduce(tensors[0], +)
    case .multiply: return tensors.dropFirst().reduce(tensors[0], *)
    }
  }

  private func failed(_ problem: String, expected: String) -> NamedTensors {
    ["output": .failed(ApusError(problem, expected: expected))]
  }
}

extension LayerGraph {
  /// Collects the steps that stand one below the other.
  @resultBuilder
  public enum Builder {
    public static func buildExpression(_ step: LayerGraph.Node) -> [LayerGraph.Node] { [step] }
    public static func buildBlock(_ steps: [LayerGraph.Node]...) -> [LayerGraph.Node] { steps.flatMap { $0 } }
    public static func buildArray(_ steps: [[LayerGraph.Node]]) -> [LayerGraph.Node] { steps.flatMap { $0 } }
    public static func buildOptional(_ steps: [LayerGraph.Node]?) -> [LayerGraph.Node] { steps ?? [] }
    public static func buildEither(first steps: [LayerGraph.Node]) -> [LayerGraph.Node] { steps }
    public static func buildEither(second steps: [LayerGraph.Node]) -> [LayerGraph.Node] { steps }
  }
}
