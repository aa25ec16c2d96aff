import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunChoices {
  /// Multiplications that the closed form may take: some seconds.
  private static let mostWork = 2e10

  /// The least value of a family's loss and penalty, where it has a closed form and nothing is said of how to train.
  ///
  /// - Returns: a solution for each output.
  static func closedForm(
    _ family: any ModelFamily, _ facts: DataFacts, _ recipe: Recipe, _ asked: Recipe, _ loss: any Loss,
    _ network: any Network, _ data: RunData, _ notes: inout [String]
  ) -> [LeastSquares]? {
    guard type(of: family).hasClosedForm, let quadratic = loss as? any QuadraticLoss,
      asked.leavesTrainingOpen,
      data.pretrained == nil, case .values(let names) = data.training.targets,
      let own = try? family.network(for: facts, outputs: names.count),
      own.configuration == network.configuration
    else { return nil }
    let rows = Batch(data.training, Array(0..<data.training.count)).arrays()
    let weights = data.training.weights.map { $0.map { Double($0) } }
    // c · mean (s − t)² + λ/2 ‖w‖², times rows / c; the mean over several outputs is of as many squares, and a sum of one.
    let total = weights?.reduce(0, +) ?? Double(data.training.count)
    let outputs = loss is HalfSquaredError ? 1 : Double(names.count)
    let lambda = total * (recipe.l2 ?? 0) / (2 * quadratic.curvature) * outputs
    var units: [Double]?
    if case .table(let table) = data.schema, table.featureUnits.count == rows.inputSize {
      units = table.featureUnits.map(\.deviation)
    }
    var solutions: [LeastSquares] = []
    for output in names.indices {
      let targets = (0..<data.training.count).map { Double(rows.values[$0 * names.count + output]) }
      guard
        let solution = LeastSquares(
          features: rows.inputs, columns: rows.inputSize, targets: targets, rowWeights: weights,
          lambda: lambda, units: units, mostWork: mostWork)
      else {
        notes.append(
          "\(data.training.count) rows of \(rows.inputSize) features are too many for the closed form: "
            + "trained by gradient descent")
        return nil
      }
      solutions.append(solution)
    }
    return solutions
  }
}

extension Recipe {
  /// A Boolean value that indicates whether nothing is said of how weights are found.
  fileprivate var leavesTrainingOpen: Bool { self == withoutTraining }

  /// The same without what is said of how weights are found; with what the loss is, and what is made of the result.
  var withoutTraining: Recipe {
    Recipe(
      loss: loss, classWeights: classWeights, metrics: metrics, threshold: threshold, l2: l2,
      shards: shards, shuffle: shuffle, order: order, seed: seed)
  }
}

extension Model {
  /// With the weights of solutions, one for each output of the only dense layer.
  func solved(by solutions: [LeastSquares]) throws(ApusError) -> Model {
    var model = self
    for parameter in parameters {
      let isBias = parameter.path.hasSuffix(".bias")
      try model.set(
        parameter.path,
        to: isBias
          ? solutions.map { Float($0.bias) }
          : solutions[0].weights.indices.flatMap { column in solutions.map { Float($0.weights[column]) } })
    }
    return model
  }
}
