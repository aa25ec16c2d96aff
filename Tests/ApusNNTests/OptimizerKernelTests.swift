import ApusCore
import ApusNN
import TestSupport
import Testing

/// Optimizers whose update is one loop in C give the bits of their steps.
@Suite struct OptimizerKernelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var optimizer: any Optimizer
    var loop: String
    /// What is done to the gradients before.
    var parts: [Part] = []
    var testDescription: String {
      "\(optimizer.configuration.text()) \(parts.map(\.rawValue).joined(separator: " "))"
    }

    enum Part: String, CaseIterable {
      case scaled, clipped, l2, l1

      /// Every choice of parts, none and all among them.
      static let combinations: [[Part]] = allCases.reduce([[]]) { some, part in
        some + some.map { $0 + [part] }
      }
    }

    static let all: [Case] = {
      let optimizers: [(any Optimizer, String)] = [
        (Momentum(), "momentum"), (Momentum(momentum: 0.9, isRateInside: true), "momentum"),
        (RMSprop(), "rmsprop"), (RMSprop(momentum: 0.9), "rmsprop"), (Adam(), "adam"), (AdamW(), "adam"),
        // Two of its numbers are one constant of the graph.
        (Adam(beta1: 0.5), "adam"),
      ]
      return optimizers.flatMap { optimizer, loop in
        Part.combinations.map { Case(optimizer: optimizer, loop: loop, parts: $0) }
      }
    }()

    /// The update as a training step traces it, and its scalars.
    func graph(_ count: Int) throws -> (graph: Graph, update: TracedUpdate) {
      let vectors = ["p", "g"].map { Tensor.input($0, TensorType(TensorShape([count]))) }
      let numbers = ["scale", "l2", "l1"].map { Tensor.input($0, TensorType([])) }
      var gradient = vectors[1]
      if parts.contains(.scaled) { gradient = gradient * numbers[0] }
      if parts.contains(.clipped) { gradient = maximum(minimum(gradient, 0.125), -0.125) }
      if parts.contains(.l2) { gradient = gradient + numbers[1] * vectors[0] }
      if parts.contains(.l1) { gradient = gradient + numbers[2] * vectors[0].sign() }
      let update = try TracedUpdate(optimizer, parameters: vectors[0], gradients: gradient)
      let graph = try Graph(
        inputs: vectors + update.slots.map(\.before) + update.scalarInputs + numbers,
        outputs: [update.parameters] + update.slots.map(\.after))
      return (graph, update)
    }
  }

  @Test(arguments: Case.all, [1, 15, 17, 1000, 70_001])
  func theLoopGivesTheBitsOfTheSteps(_ test: Case, _ count: Int) throws {
    let (graph, update) = try test.graph(count)
    let random = Philox(seed: 1, path: "update")
    var inputs = (0..<(2 + update.slots.count)).map { vector in
      (0..<count).map { element -> Float in
        let value = Float(random.uniform(UInt64(vector * count + element)))
        // A running square is not negative; what a moment holds is small enough for the flush to act on some.
        return vector < 2 ? value - 0.5 : value * (element % 3 == 0 ? 0x1p-99 : 1)
      }
    }
    // What only the order of the operations decides: signs of zero, and what isn't a number.
    if count > 15 { (inputs[1][3], inputs[0][5], inputs[1][7], inputs[0][9]) = (-0.0, -0.0, .nan, .infinity) }
    inputs += update.scalarValues(step: 3, rate: 0.01).map { [Float($0)] } + [[0.3], [0.02], [0.01]]
    for engine in try everyEngine() {
      let loop = try engine.compile(graph).outputs(of: inputs, rows: 1)
      let steps = try engine.compile(graph, fuses: false).outputs(of: inputs, rows: 1)
      for (loop, steps) in zip(loop, steps) { #expect(areSameBits(loop, steps), "\(engine)") }
    }
  }

  @Test(arguments: Case.all)
  func theLoopIsFound(_ test: Case) throws {
    #expect(try Engine.standard().compile(test.graph(100).graph).instructionNames == [test.loop])
  }

  /// By what is computed, not by the order in which it is written.
  @Test func theLoopIsFoundInAnyOrder() throws {
    struct Turned: Optimizer {
      static let name = "turned"
      static let formula = "momentum"
      func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
        step["v"] = (g + step["v"] * 0.9).flushed()
        return w - step["v"] * step.rate
      }
    }
    let turned = Case(optimizer: Turned(), loop: "momentum", parts: [.scaled, .l2])
    #expect(try Engine.standard().compile(turned.graph(100).graph).instructionNames == ["momentum"])
  }

  /// What is nearly a loop's form is computed by its steps.
  @Test func whatDiffersHasNoLoop() throws {
    struct Unflushed: Optimizer {
      static let name = "unflushed"
      static let formula = "momentum without a flush"
      func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
        step["v"] = 0.9 * step["v"] + g
        return w - step.rate * step["v"]
      }
    }
    /// Keeps one more result than the loop writes.
    struct Remembering: Optimizer {
      static let name = "remembering"
      static let formula = "momentum that keeps its step"
      func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor {
        step["v"] = (0.9 * step["v"] + g).flushed()
        step["step"] = step.rate * step["v"]
        return w - step["step"]
      }
    }
    for optimizer: any Optimizer in [Unflushed(), Remembering()] {
      let names = try Engine.standard().compile(Case(optimizer: optimizer, loop: "").graph(100).graph)
        .instructionNames
      #expect(names.count == 1 && names[0].hasPrefix("multiply"), "\(names)")
    }
  }
}
