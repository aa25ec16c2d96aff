import ApusCore
import ApusNN
import ApusTraining
import Testing

/// Several models in one step, and parameters with a treatment of their own.
@Suite struct JointTrainingTests {
  /// A generator and a critic on points of a ring: each follows its own loss.
  @Test func aGeneratorLearnsAgainstACritic() throws {
    let generator = try Model(input: [4], seed: 1) {
      Dense(16)
      ReLU()
      Dense(2)
    }
    let critic = try Model(input: [2], seed: 2) {
      Dense(16)
      ReLU()
      Dense(1)
    }
    let step = try TrainingStep(
      [
        "generator": ModelTraining(generator, optimizer: .adam(5e-3)),
        "critic": .init(critic, optimizer: .adam(5e-3)),
      ],
      inputs: ["noise": [4], "real": [2]], batch: 64
    ) { models, inputs in
      let fake = models["generator"](inputs["noise"])
      let fooled = (-models["critic"](fake)).softplus()
      let caught =
        models["critic"](fake.stopGradient()).softplus() + (-models["critic"](inputs["real"])).softplus()
      return ["generator": fooled.mean(), "critic": caught.mean()]
    }
    let random = Philox(seed: 3, path: "ring")
    var counter: UInt64 = 0
    func normal() -> Float {
      counter += 1
      return Float(random.normal(counter))
    }
    for _ in 1...400 {
      let noise = (0..<(64 * 4)).map { _ in normal() }
      let real = (0..<64).flatMap { _ in [3 + 0.1 * normal(), -2 + 0.1 * normal()] }
      try step.run(["noise": Tensor(noise, shape: [64, 4]), "real": Tensor(real, shape: [64, 2])])
    }
    let points = try Predictor(step.trained[0].snapshot()).predict((0..<(256 * 4)).map { _ in normal() })
    let x = stride(from: 0, to: points.count, by: 2).map { points[$0] }.reduce(0, +) / 256
    let y = stride(from: 1, to: points.count, by: 2).map { points[$0] }.reduce(0, +) / 256
    #expect(
      abs(x - 3) < 1 && abs(y + 2) < 1, "the generator's points have the mean (\(x), \(y)), not (3, -2)")
    #expect(step.loss(of: "critic")! > 0 && step.count == 400 && step.updates == 400)
  }

  @Test func eachModelFollowsItsOwnLossAlone() throws {
    let model = try Model(input: [1], seed: 1) { Dense(1) }
    let alone = try TrainingStep(model, loss: .squared, optimizer: SGD(), capacity: 2)
    let joint = try TrainingStep(
      ["a": .init(model, optimizer: .sgd(0.1)), "b": .init(model, optimizer: .sgd(0.1))],
      inputs: ["x": [1], "t": [1]], batch: 2
    ) { models, inputs in
      [
        "a": SquaredError()(models["a"](inputs["x"]), inputs["t"]).mean(),
        "b": SquaredError()(models["b"](inputs["x"]) * 0, inputs["t"]).mean(),
      ]
    }
    try alone.load(inputs: [1, 2], targets: [3, 4])
    try alone.run(rows: 2, step: 1, rate: 0.1)
    try joint.run(["x": Tensor([[1], [2]]), "t": Tensor([[3], [4]])])
    #expect(joint.trained[0].snapshot()["0.weight"] == alone.trained[0].snapshot()["0.weight"])
    #expect(joint.trained[1].snapshot()["0.weight"] == model["0.weight"])
  }

  @Test func groupsHaveTheirOwnRateAndFrozenOnesStay() throws {
    let model = try Model(input: [2], seed: 1) {
      Dense(3)
      Tanh()
      Dense(2)
      Tanh()
      Dense(1)
    }
    func trained(_ groups: [ParameterGroup]) throws -> Model {
      let step = try TrainingStep(
        model, loss: .squared, optimizer: SGD(), capacity: 2, groups: groups)
      try step.load(inputs: [1, 2, 3, 4], targets: [1, -1])
      try step.run(rows: 2, step: 1, rate: 0.1)
      return step.trained[0].snapshot()
    }
    let usual = try trained([])
    let grouped = try trained([.frozen("0"), ParameterGroup("2.weight", rateFactor: 0.5)])
    #expect(grouped["0.weight"] == model["0.weight"] && grouped["0.bias"] == model["0.bias"])
    #expect(grouped["4.weight"] == usual["4.weight"])
    let (before, full, half) = (model["2.weight"]!, usual["2.weight"]!, grouped["2.weight"]!)
    for index in before.indices {
      #expect(abs((half[index] - before[index]) - 0.5 * (full[index] - before[index])) < 1e-6)
    }
  }

  @Test func aLossThatIsNoNumberIsRefused() throws {
    let model = try Model(input: [1], seed: 1) { Dense(1) }
    #expect {
      try TrainingStep(["model": .init(model)], inputs: ["x": [1]], batch: 1) {
        ["model": $0["model"]($1["x"])]
      }
    } throws: {
      "\($0)".contains("take its mean()")
    }
  }
}
