import ApusCore
public import ApusNN

/// The settings by which one of a step's models is trained.
public struct ModelTraining: Sendable {
  public var model: Model
  public var optimizer: any Optimizer
  /// The learning rate that the schedule begins with.
  public var rate: Double
  public var schedule: any Schedule
  public var regularization: Regularization
  /// Parameters with a treatment of their own; the first group whose path fits applies.
  public var groups: [ParameterGroup]
  /// The mode that the model is traced for: with dropout and batch statistics, unless something is to be measured
  /// without.
  public var mode = Scope.Mode.training
  /// By how much the loss of each of several labels counts in rows that have it; 1 each when empty.
  package var labelWeights: [Double] = []

  /// - Parameters:
  ///   - optimizer: with its learning rate.
  ///   - schedule: the learning rate as a function of the step.
  public init(
    _ model: Model, optimizer: OptimizerSetting = .adam(1e-3), schedule: some Schedule = .constant,
    regularization: Regularization = .none, groups: [ParameterGroup] = []
  ) {
    self.model = model
    self.optimizer = optimizer.optimizer
    self.rate = optimizer.rate
    self.schedule = schedule
    self.regularization = regularization
    self.groups = groups
  }

  /// The group of a parameter.
  func group(of path: String) -> ParameterGroup? {
    groups.first { path == $0.path || path.hasPrefix($0.path + ".") }
  }

  /// - Throws: when a group's path is no parameter's, with the nearest one.
  func check() throws(ApusError) {
    try regularization.check()
    let known = model.parameters.filter { !$0.specification.isState }.map(\.path)
    for group in groups {
      try group.check()
      guard known.contains(where: { $0 == group.path || $0.hasPrefix(group.path + ".") }) else {
        throw ApusError(
          "the model has no parameters at “\(group.path)”", expected: known.joined(separator: ", "),
          fix: Spelling.suggestion(for: group.path, in: known))
      }
    }
  }
}
