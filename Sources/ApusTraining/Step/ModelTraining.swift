public import ApusNN

/// How one of a step's models is trained.
public struct ModelTraining: Sendable {
  public var model: Model
  public var optimizer: any Optimizer
  /// λ of λ/2 ‖w‖², for weights (not biases).
  public var l2: Double
  /// Gradients are scaled down to this norm; nil leaves them.
  public var clipNorm: Double?
  /// Parameters with a treatment of their own; the first group whose path fits applies.
  public var groups: [ParameterGroup]
  /// What the model is traced for: with dropout and batch statistics, unless something is to be measured without.
  public var mode = TracingMode.training

  public init(
    _ model: Model, optimizer: some Optimizer, l2: Double = 0, clipNorm: Double? = nil,
    groups: [ParameterGroup] = []
  ) {
    self.model = model
    self.optimizer = optimizer
    self.l2 = l2
    self.clipNorm = clipNorm
    self.groups = groups
  }

  /// The group of a parameter.
  func group(of path: String) -> ParameterGroup? {
    groups.first { path == $0.path || path.hasPrefix($0.path + ".") }
  }
}

/// The parameters at and below a path: a rate of their own, no weight decay, or no training at all.
public struct ParameterGroup: Sendable, Hashable {
  /// A layer's or a parameter's path, as in `"2"` or `"2.bias"`.
  public var path: String
  /// Times the learning rate.
  public var rateFactor: Double
  /// λ instead of the model's; nil leaves it.
  public var l2: Double?

  public init(_ path: String, rateFactor: Double = 1, l2: Double? = nil) {
    self.path = path
    self.rateFactor = rateFactor
    self.l2 = l2
  }

  /// Parameters that stay as they are.
  public static func frozen(_ path: String) -> ParameterGroup { ParameterGroup(path, rateFactor: 0) }
}
