import ApusCore
public import ApusNN

/// Models by name.
public struct NamedModels: Sendable {
  public let names: [String]
  private let models: [Model]

  init(_ models: [(String, Model)]) {
    names = models.map(\.0)
    self.models = models.map(\.1)
  }

  /// A model. One that isn't there gives a model whose results carry the error, with the nearest name.
  public subscript(name: String) -> Model {
    if let position = names.firstIndex(of: name) { return models[position] }
    return models[0].failing(NamedModels.missing(name, in: names))
  }

  static func missing(_ name: String, in names: [String]) -> ApusError {
    ApusError(
      "there is no model \"\(name)\"", expected: names.joined(separator: ", "),
      fix: Spelling.suggestion(for: name, in: names))
  }
}

extension TrainingStep {
  /// The models of a step while it is traced, by name.
  public struct TracedModels {
    public let names: [String]
    private let models: [TracedModel]

    init(_ models: [(String, TracedModel)]) {
      names = models.map(\.0)
      self.models = models.map(\.1)
    }

    /// A model. One that isn't there gives a model whose results carry the error, with the nearest name.
    public subscript(name: String) -> TracedModel {
      if let position = names.firstIndex(of: name) { return models[position] }
      return models[0].failing(NamedModels.missing(name, in: names))
    }
  }
}
