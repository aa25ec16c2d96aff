import Apus
import Testing

/// What the update of a training step is computed by, for every optimizer with every treatment of its gradients.
@Suite struct UpdateLoopTests {
  /// The loop in C of each optimizer of the table; nil where the update is the program of its steps, which is one pass over
  /// memory too.
  static let loops: [String: String?] = [
    "sgd": nil, "nesterov": nil, "adagrad": nil, "proximalDescent": nil,
    "momentum": "momentum", "rmsprop": "rmsprop", "adam": "adam", "adamW": "adam",
  ]

  /// Those of the table, and forms of theirs whose formula is another.
  static let optimizers: [any Optimizer] =
    Optimizers.table.items.compactMap { $0 as? any Optimizer }
    + [
      Momentum(momentum: 0.9, isRateInside: true), RMSprop(momentum: 0.9), AdamW(weightDecay: 0),
      ProximalDescent(l1: 0.1),
    ]

  static let treatments: [Regularization] = [nil, 1.0].flatMap { norm in
    [nil, 0.5].flatMap { value in
      [0, 0.01].flatMap { l1 in
        [0, 0.02].map { l2 in Regularization(l2: l2, l1: l1, clipNorm: norm, clipValue: value) }
      }
    }
  }

  @Test(arguments: optimizers)
  func everyUpdateIsItsLoopOrListed(_ optimizer: any Optimizer) throws {
    let name = type(of: optimizer).name
    let loop = try #require(Self.loops[name], "a new optimizer: say here whether it has a loop")
    #expect(Self.treatments.count == 16)
    for treatment in Self.treatments {
      var model = try Model(input: [5], seed: 1) { Dense(3) }
      model.objective = .numbers(["a", "b", "c"])
      let step = try TrainingStep(
        model, optimizer: OptimizerSetting(optimizer), batch: 2, regularization: treatment)
      try step.gradients([
        "input": Tensor([[1, 2, 3, 4, 5], [0, 1, 0, -1, 2]]), "target": Tensor([[1, 0, 2], [0, 1, -1]]),
      ])
      var profiles: [Profile] = []
      try step.profile(rate: 0.1, into: &profiles)
      // After the gradients and their norm: of the weights and, where it isn't the same, of the bias.
      let updates = profiles.dropFirst(2).map { $0.entries.map(\.name) }
      #expect([1, 2].contains(updates.count))
      for names in updates {
        #expect(names.count == 1, "\(treatment): \(names)")
        if let loop {
          #expect(names == [loop], "\(treatment)")
        } else {
          #expect(names.allSatisfy { $0.contains(" ") }, "\(treatment): \(names), which is in no list")
        }
      }
    }
  }
}
