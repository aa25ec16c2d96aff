import Apus
import Testing

/// A model fitted by a recipe: the same as by hand, with everything that the recipe says.
@Suite struct RecipeFitTests {
  private let data: DatasetSplit

  init() throws { data = try Samples.classes(120, flipped: 0.2).split(validation: 0.2, test: 0.2, seed: 1) }

  private func model(_ loss: (any Loss)? = nil) throws -> Model {
    try Model(for: data, seed: 3, loss: loss) {
      Dense(6); ReLU(); Dense(2)
    }
  }

  @Test func isTheSameAsByHand() throws {
    var (one, other) = try (model(), model())
    let recipe = Recipe(
      epochs: 5, batch: 8, optimizer: Adam(), learningRate: 1e-2, schedule: CosineDecay(), l2: 1e-3, seed: 5)
    let history = try one.fit(data, recipe: recipe)
    let expected = try other.fit(
      data, epochs: 5, batch: 8, optimizer: .adam(1e-2), schedule: CosineDecay(),
      regularization: Regularization(l2: 1e-3), seed: 5)
    #expect(one.bits == other.bits && history == expected)
  }

  @Test func lossAndFirstWeightsAreTheRecipes() throws {
    var one = try model()
    try one.fit(
      data, recipe: Recipe(epochs: 1, loss: SoftmaxCrossEntropy(labelSmoothing: 0.1), prepare: LSUV()))
    var other = try model(SoftmaxCrossEntropy(labelSmoothing: 0.1)).prepared(with: LSUV(), on: data.training)
    try other.fit(data, recipe: Recipe(epochs: 1))
    var plain = try model()
    try plain.fit(data, recipe: Recipe(epochs: 1))
    #expect(one.bits == other.bits && one.bits != plain.bits)
  }

  @Test func classWeightsAreTheRecipes() throws {
    let recipe = Recipe(epochs: 3, batch: 8, optimizer: SGD(), learningRate: 0.1, seed: 2)
    var weighted = recipe
    weighted.classWeights = .named(["yes": 4])
    var (one, other, plain) = try (model(), model(SoftmaxCrossEntropy(classWeights: [1, 4])), model())
    try one.fit(data, recipe: weighted)
    try plain.fit(data, recipe: recipe)
    #expect(one.bits != plain.bits)
    // A loss with the same weights divides by the same sums in batches of all rows alone: predictions move alike.
    try other.fit(data, recipe: recipe)
    func share(_ model: Model) throws -> Int {
      try model.results(on: data.training).predictedLabels.count { $0 == 1 }
    }
    #expect(try share(one) > share(plain) && share(other) > share(plain))
  }

  @Test func thresholdIsTheRecipes() throws {
    var one = try model()
    try one.fit(data, recipe: Recipe(epochs: 3, threshold: .fixed(0.3)))
    #expect(one.objective?.thresholds == [0.3])
    try one.fit(data, recipe: Recipe(epochs: 3, threshold: .auto))
    let expected = try one.results(on: data.validation).bestThresholds()
    #expect(one.objective?.thresholds.count == 1 && one.objective?.thresholds.first == expected.first ?? nil)
  }

  @Test func whatFitCannotDoIsRefused() throws {
    var one = try model()
    let before = one.bits
    #expect(
      message { try one.fit(data, recipe: Recipe(ensemble: SeedEnsemble(count: 3))) }
        .contains("Model.ensemble(of:)"))
    #expect(message { try one.fit(data, recipe: Recipe(classWeights: .named(["yess": 2]))) }.contains("yes"))
    #expect(message { try one.fit(data, recipe: Recipe(threshold: .fixed(3))) }.contains("no probability"))
    #expect(message { try one.fit(data, recipe: Recipe(batch: 0)) }.contains("batch"))
    #expect(one.bits == before)
  }
}
