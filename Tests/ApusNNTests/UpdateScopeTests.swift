import ApusCore
import ApusNN
import TestSupport
import Testing

/// What a formula may do with its scope.
@Suite struct UpdateScopeTests {
  private let w = Tensor.input("w", TensorType([3]))
  private let g = Tensor.input("g", TensorType([3]))

  private func trace(_ formula: (Tensor, Tensor, UpdateScope) -> Tensor) throws -> TracedUpdate {
    try TracedUpdate(of: "formula", parameters: w, gradients: g, formula)
  }

  @Test func slotsComeInTheOrderOfTheirFirstUse() throws {
    let update = try trace { w, g, step in
      let b = step["b"]
      step["a"] = g
      step["b"] = b + step["a"]
      return w - step["b"] * step["c"]
    }
    #expect(update.slots.map(\.name) == ["b", "a", "c"])
    #expect(update.slots.map(\.isSet) == [true, true, false])
  }

  @Test func aSlotIsAVariable() throws {
    let update = try trace { w, g, step in
      let before = step["m"]
      step["m"] = before + g
      let between = step["m"]
      step["m"] = between + between
      return w - before
    }
    #expect(update.slots.count == 1)
    let graph = try Graph(
      inputs: [w, g, update.slots[0].before], outputs: [update.parameters, update.slots[0].after])
    let values = [10.0, 2, 1].map { ReferenceArray(shape: [3], repeating: $0) }
    let results = try Double.compute(graph, values, rows: 1)
    #expect(results.map { $0.values[0] } == [9, 6])
  }

  @Test func theStandardOptimizersKeepWhatTheyDid() throws {
    let slots = try Optimizers.table.names.map { name in
      "\(name): \(try TracedUpdate(Optimizers.optimizer(.string(name))).slots.map(\.name).joined(separator: " "))"
    }
    #expect(
      slots == [
        "sgd: ", "momentum: v", "nesterov: v", "adagrad: s", "rmsprop: s", "adam: m v", "adamW: m v",
        "proximalDescent: change",
      ])
    #expect(try TracedUpdate(RMSprop(momentum: 0.9)).slots.map(\.name) == ["s", "v"])
  }

  /// A literal beside a hyperparameter is a number, and 1 − β is rounded once.
  @Test func numbersAreRoundedOnce() throws {
    let update = try TracedUpdate(Adam(), parameters: w, gradients: g)
    let graph = try Graph(
      inputs: [w, g] + update.slots.map(\.before) + update.scalarInputs,
      outputs: [update.parameters] + update.slots.map(\.after))
    let constants = graph.nodes.compactMap { ($0.operation as? Constant)?.storage.floats[0] }
    let numbers: [Double] = [0.9, 1 - 0.9, 0.999, 1 - 0.999, 1e-8]
    #expect(constants.sorted() == numbers.map { Float($0) }.sorted())
  }

  @Test func whatDecaysIsAsked() throws {
    let plain = try trace { w, g, step in w - step.rate * g }
    #expect(!plain.distinguishesDecay)
    for isDecayed in [true, false] {
      let update = try TracedUpdate(AdamW(), parameters: w, gradients: g, isDecayed: isDecayed)
      #expect(update.distinguishesDecay && update.scalars.count == (isDecayed ? 3 : 2))
    }
  }

  @Test func scalarsFollowTheStepAndTheRate() throws {
    let update = try trace { w, g, step in
      w - step.scalar { t, rate in rate / t } * g * step.scalar { 2 * $0 }
    }
    #expect(update.scalars.map { $0.value(4, 0.5) } == [0.125, 8])
  }

  @Test func mistakesAreErrors() throws {
    func message(_ formula: (Tensor, Tensor, UpdateScope) -> Tensor) -> String {
      do {
        _ = try trace(formula)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(
      message { _, g, _ in g.sum() }
        == "the optimizer formula: an update of type float32[]; expected float32[3], as the parameters have")
    #expect(
      message { w, g, step in
        step["m"] = g.sum()
        return w
      }
        == "the optimizer formula, slot \"m\": a value of type float32[]; expected float32[3], as the parameters have"
    )
    #expect(message { w, _, _ in w + Tensor([1, 2]) }.hasPrefix("the optimizer formula: add of shapes"))
    #expect(
      message { w, _, step in
        step["m"] = w + Tensor([1, 2])
        return w
      }.hasPrefix("the optimizer formula, slot \"m\": add of shapes"))
  }
}
