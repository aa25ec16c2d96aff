import AllocationCounter
import Apus
import ApusCore
import ApusNN
import ApusTraining
import Testing

/// Optimizers of one's own in a training step: whatever a formula does with its slots, a step computes what it says.
@Suite struct OwnOptimizerTests {
  /// Sets a slot that it never reads.
  private struct Noting: Optimizer {
    static let name = "noting"
    static let formula = "last ← g;  w ← w − η g"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
      step["last"] = g
      return w - step.rate * g
    }
  }

  /// Keeps the parameters of before the step, which the step overwrites.
  private struct Remembering: Optimizer {
    static let name = "remembering"
    static let formula = "before ← w;  w ← w − η g"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
      let updated = w - step.rate * g
      step["before"] = w
      return updated
    }
  }

  /// Two slots change places.
  private struct Swapping: Optimizer {
    static let name = "swapping"
    static let formula = "a ← b, b ← a"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
      let (a, b) = (step["a"], step["b"])
      (step["a"], step["b"]) = (b, a + g)
      return w - step.rate * a
    }
  }

  /// A slot that is set nowhere, one that is its own new value, parameters that are not read.
  private struct Idle: Optimizer {
    static let name = "idle"
    static let formula = "w ← zero + kept + t"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
      step["kept"] = step["kept"]
      return step["zero"] + step["kept"] + step.scalar { t in t }
    }
  }

  /// Leaves the parameters as they are.
  private struct Resting: Optimizer {
    static let name = "resting"
    static let formula = "w ← w"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor { w }
  }

  /// Gives another shape than the parameters'.
  private struct Summing: Optimizer {
    static let name = "summing"
    static let formula = "w ← Σ g"
    func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor { g.sum() }
  }

  private struct State: Equatable {
    var w: [Float]
    var slots: [[Float]]
  }

  private func step(_ optimizer: some Optimizer) throws -> TrainingStep {
    var model = try Model(input: [3], seed: 1) { Dense(2) }
    model.objective = .numbers(["a", "b"])
    return try TrainingStep(
      model, optimizer: OptimizerSetting(optimizer, rate: 0.5), batch: 2,
      engine: Engine(instructionSet: Engine.standard().instructionSet, threads: 1))
  }

  /// Three steps, each beside what follows from the state and the gradients before it.
  private func check(
    _ optimizer: some Optimizer, slots count: Int,
    _ next: (_ before: State, _ g: [Float], _ step: Int) -> State
  ) throws {
    let step = try step(optimizer)
    let trained = step.trained[0]
    var state: State {
      State(w: Array(trained.parameters.floats), slots: trained.slots.map { Array($0.floats) })
    }
    #expect(
      state.slots == Array(repeating: Array(repeating: 0, count: trained.parameters.count), count: count))
    let tensors: NamedTensors = [
      "input": Tensor([[1, 2, 3], [-1, 0.5, 2]]), "target": Tensor([[1, 0], [0.25, -1]]),
    ]
    for number in 1...3 {
      try step.gradients(tensors)
      let expected = next(state, Array(trained.gradients.floats), number)
      try step.update()
      #expect(state == expected, "step \(number)")
    }
  }

  private func descended(_ w: [Float], _ g: [Float]) -> [Float] { zip(w, g).map { $0 - 0.5 * $1 } }

  @Test func aSlotThatIsNotRead() throws {
    try check(Noting(), slots: 1) { before, g, _ in State(w: descended(before.w, g), slots: [g]) }
  }

  @Test func aSlotThatKeepsTheParameters() throws {
    try check(Remembering(), slots: 1) { before, g, _ in
      State(w: descended(before.w, g), slots: [before.w])
    }
  }

  @Test func slotsThatChangePlaces() throws {
    try check(Swapping(), slots: 2) { before, g, _ in
      State(
        w: descended(before.w, before.slots[0]),
        slots: [before.slots[1], zip(before.slots[0], g).map { $0 + $1 }])
    }
  }

  @Test func slotsThatStayAsTheyAre() throws {
    try check(Idle(), slots: 2) { before, _, number in
      State(w: before.w.map { _ in Float(number) }, slots: before.slots)
    }
    try check(Resting(), slots: 0) { before, _, _ in before }
  }

  @Test func aWrongShapeIsAnError() throws {
    let error = #expect(throws: ApusError.self) { _ = try step(Summing()) }
    #expect(error?.problem == "an update of type float32[]" && error?.place == "the optimizer summing")
  }

  @Test(.enabled(if: allocation_counter_is_available() != 0), arguments: ["lion", "swapping", "idle"])
  func aStepAllocatesNothing(_ name: String) throws {
    let step =
      switch name {
      case "lion": try step(Lion())
      case "swapping": try step(Swapping())
      default: try step(Idle())
      }
    try step.gradients([
      "input": Tensor([[1, 2, 3], [-1, 0.5, 2]]), "target": Tensor([[1, 0], [0.25, -1]]),
    ])
    try step.update()
    // What is made once in a process is made before counting.
    for _ in 0..<2 {
      try step.gradients()
      try step.update()
    }
    allocation_counter_start()
    let result = Result {
      for _ in 0..<5 {
        try step.gradients()
        try step.update()
      }
    }
    let count = Int(allocation_counter_stop())
    try result.get()
    #expect(count == 0)
  }
}
