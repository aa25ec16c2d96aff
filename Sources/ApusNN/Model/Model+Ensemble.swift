import ApusCore
import ApusData

extension Model {
  /// One model that averages the predictions of several of the same architecture and objective.
  ///
  /// - Throws: when the architectures differ, or aren't layers one after the other; when the first has no objective, which
  ///   says what the outputs are.
  public static func ensemble(of models: [Model]) throws -> Model {
    let first = try alike(models)
    let loss = try first.requireObjective().loss
    guard let layers = first.network as? Sequential else {
      throw ApusError("an ensemble of \(type(of: first.network).name)s", expected: "models of layers")
    }
    let averaging: Ensemble.Averaging =
      switch (loss.predictions, loss.classTargets) {
      case (.scores, _): .outputs
      case (.probabilities, .numbers): .softmax
      case (.probabilities, .indicators): .sigmoid
      }
    var result = try Model(
      inputs: first.inputs, seed: first.seed,
      network: Sequential([Ensemble(members: models.count, averaging: averaging, layers: layers)]))
    let arena = TensorStorage(count: result.storage.count)
    for parameter in result.parameters {
      // 0.MEMBER.PATH
      let parts = parameter.path.split(separator: ".", maxSplits: 2)
      let member = models[Int(parts[1])!]
      let source = member.parameters.first { $0.path == parts[2] }!
      for (place, value) in zip(parameter.range, member.storage.floats[source.range]) {
        arena.floats[place] = value
      }
    }
    result = result.replacingStorage(arena)
    (result.objective, result.preprocessing) = (first.objective, first.preprocessing)
    return result
  }

  /// One model whose weights are the means of others', which must lie near each other: checkpoints of one run, say.
  ///
  /// - Throws: when the architectures differ.
  public static func average(of models: [Model]) throws -> Model {
    let first = try alike(models)
    let arena = TensorStorage(count: first.storage.count)
    for place in 0..<arena.count {
      let sum = models.reduce(0.0) { $0 + Double($1.storage.floats[place]) }
      arena.floats[place] = Float(sum / Double(models.count))
    }
    return first.replacingStorage(arena)
  }

  /// - Returns: the first model.
  /// - Throws: unless all have one architecture.
  static func alike(_ models: [Model]) throws -> Model {
    guard let first = models.first else {
      throw ApusError("an ensemble of no models", expected: "at least one")
    }
    let architecture = first.network.configuration
    guard models.allSatisfy({ $0.network.configuration == architecture && $0.inputs == first.inputs }) else {
      throw ApusError("models of different architectures", expected: "the same for all")
    }
    return first
  }
}
