import ApusCore
import ApusNN
import TestSupport
import Testing

/// Optimizers whose update is one loop in C give the bits of their steps.
@Suite struct OptimizerKernelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var optimizer: any Optimizer
    var clips = false
    var penalizes = false
    var testDescription: String {
      optimizer.configuration.text() + (clips ? ", clipped" : "") + (penalizes ? ", L2" : "")
    }

    static let all = [
      Case(optimizer: Momentum()), Case(optimizer: Momentum(), clips: true),
      Case(optimizer: Momentum(), penalizes: true), Case(optimizer: Momentum(), clips: true, penalizes: true),
      Case(optimizer: Adam(), penalizes: true), Case(optimizer: Adam(), clips: true, penalizes: true),
      Case(optimizer: Momentum(momentum: 0.9, rateInside: true)),
      Case(optimizer: RMSprop()), Case(optimizer: RMSprop(momentum: 0.9)), Case(optimizer: Adam()),
      Case(optimizer: Adam(), clips: true), Case(optimizer: AdamW()), Case(optimizer: AdamW(), clips: true),
    ]

    /// The update as a training step traces it.
    func graph(_ count: Int) throws -> Graph {
      let type = TensorType(TensorShape([count]))
      let vectors = (["p", "g"] + optimizer.slots).map { Tensor.input($0, type) }
      let scalars = (0..<optimizer.scalars(step: 1, rate: 1).count).map {
        Tensor.input("scalar \($0)", TensorType([]))
      }
      let scale = Tensor.input("scale", TensorType([]))
      let penalty = Tensor.input("penalty", TensorType([]))
      var gradient = clips ? vectors[1] * scale : vectors[1]
      if penalizes { gradient = gradient + penalty * vectors[0] }
      let update = optimizer.update(
        parameter: vectors[0], gradient: gradient,
        slots: Array(vectors[2...]), scalars: scalars)
      return try Graph(
        inputs: vectors + scalars + [scale, penalty], outputs: [update.parameter] + update.slots)
    }
  }

  @Test(arguments: Case.all, [1, 15, 17, 1000, 70_001])
  func theLoopGivesTheBitsOfTheSteps(_ test: Case, _ count: Int) throws {
    let graph = try test.graph(count)
    let scalars = test.optimizer.scalars(step: 3, rate: 0.01)
    let random = Philox(seed: 1, path: "update")
    let slots = test.optimizer.slots.count
    var inputs = (0..<(2 + slots)).map { vector in
      (0..<count).map { element -> Float in
        let value = Float(random.uniform(UInt64(vector * count + element)))
        // A running square is not negative; what a moment holds is small enough for the flush to act on some.
        return vector < 2 ? value - 0.5 : value * (element % 3 == 0 ? 0x1p-99 : 1)
      }
    }
    inputs += (0..<scalars.count).map { [Float(scalars[$0])] } + [[0.3], [0.02]]
    for engine in try everyEngine() {
      let loop = try engine.compile(graph).outputs(of: inputs, rows: 1)
      let steps = try engine.compile(graph, fuses: false).outputs(of: inputs, rows: 1)
      for (loop, steps) in zip(loop, steps) { #expect(areSameBits(loop, steps), "\(engine)") }
    }
  }

  @Test(arguments: Case.all)
  func theLoopIsFound(_ test: Case) throws {
    let names = try Engine.standard().compile(test.graph(100)).instructionNames
    #expect(names == [type(of: test.optimizer).name])
  }
}
