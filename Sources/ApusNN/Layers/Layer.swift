public import ApusCore

/// A pure description of a computation: it holds hyper-parameters, never weights.
///
/// ```swift
/// struct Scale: Layer {
///   static let name = "scale"
///   static let formula = "y = a · x"
///   func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
///     input * scope.parameter("a", [input.shape[-1]], .ones)
///   }
/// }
/// ```
///
/// Shapes are inferred while tracing. A mistake in them needs no handling: the tensor carries the error, and
/// whoever builds the model gets it with the layer's path, file and line.
public protocol Layer: Network {
  /// The output for an input `[rows, …]`.
  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor

  /// What the layer is for, in words: the layers that it consists of, when it is a composite.
  var expanded: any Layer { get }
}

extension Layer {
  public var expanded: any Layer { self }
}

/// A layer made of others:
///
/// ```swift
/// struct Block: CompositeLayer {
///   var units = 64
///   var body: some Layer { Residual { Dense(units); ReLU(); Dense(units) } }
/// }
/// ```
///
/// It is saved as what it consists of, so that it loads where its type is not known.
public protocol CompositeLayer: Layer {
  associatedtype Body: Layer
  @LayerBuilder var body: Body { get }
}

extension CompositeLayer {
  public static var name: String { "\(Self.self)" }
  public static var formula: String { "the layers of its body" }
  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor { body(input, in: scope) }
  public var expanded: any Layer { body.expanded }
}

/// Every primitive layer that configuration files can name, activations included.
public enum Layers {
  public static let table = NameTable("layer", primitives + Activations.table.items)

  private static let primitives: [any Named.Type] = [
    Dense.self, Dropout.self, Flatten.self, Sequential.self, Residual.self, PReLU.self, Maxout.self,
    BatchNorm.self, LayerNorm.self, LocalResponseNorm.self, Embedding.self, PositionEmbedding.self,
    SinusoidalPositions.self, MultiHeadAttention.self, GPT.self, Ensemble.self,
    Conv2D.self, MaxPool2D.self, AveragePool2D.self, GlobalAveragePool2D.self, Reshape.self,
    Branches.self, Sum.self, Repeat.self, ChannelPadding.self,
  ]

  /// Types that the reader of a description handed in; task-local, because layers stand at any depth of what
  /// `Decodable` reads.
  @TaskLocal private static var handedIn: [any Layer.Type] = []

  /// The layer of a description; `custom` types besides those of the table.
  ///
  /// - Throws: an error that names an unknown layer or parameter.
  public static func layer(
    _ description: JSONValue, custom: [any Layer.Type] = []
  ) throws(ApusError) -> any Layer {
    try handingIn(custom) { () throws(ApusError) in try read(description) }
  }

  /// What `body` reads knows the types, at any depth.
  static func handingIn<Value>(
    _ types: [any Layer.Type], _ body: () throws(ApusError) -> Value
  ) throws(ApusError) -> Value {
    try $handedIn.withValue(handedIn + types) { Result(catching: body) }.get()
  }

  private static func read(_ description: JSONValue) throws(ApusError) -> any Layer {
    if case .array(let items) = description {
      return Sequential(try items.map { (item) throws(ApusError) in try read(item) })
    }
    if let (type, parameters) = container(description) {
      return try type.init(layers: read(parameters))
    }
    let all = handedIn.isEmpty ? table : NameTable("layer", handedIn + table.items)
    return try all.item(description) as! any Layer
  }

  /// Layers around a list of layers.
  private static let containers: [any ContainerLayer.Type] = [
    Sequential.self, Residual.self, Branches.self, Sum.self,
  ]

  private static func container(_ description: JSONValue) -> (any ContainerLayer.Type, JSONValue)? {
    guard case .object(let members) = description, members.count == 1,
      let type = containers.first(where: { $0.name == members[0].key })
    else { return nil }
    return (type, members[0].value)
  }
}

/// A layer around others, written with a list of them.
public protocol ContainerLayer: Layer {
  init(layers: any Layer) throws(ApusError)
}
