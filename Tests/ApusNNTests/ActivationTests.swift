import ApusCore
import ApusData
import ApusNN
import TestSupport
import Testing

/// What must hold of every activation, whatever it computes.
@Suite struct ActivationTests {
  static let all = Activations.table.prototypes
  /// One number in, one number out.
  static let elementwise = all.filter { !($0 is Softmax) && !($0 is LogSoftmax) }
  private static let others: [any Layer] = [
    LeakyReLU(slope: 0.3), ELU(alpha: 2), GELU(approximation: .tanh), PReLU(), PReLU(perChannel: true),
    Maxout(3), Maxout(2, pieces: 4),
  ]

  /// Off every kink, between −5 and 5.
  private static let points = (0..<24).map { -5 + 10 * Double($0) / 23 + 0.0123 }

  @Test(arguments: (all as [any Layer] + others).map { $0.configuration.text() })
  func gradientsAreCentralDifferences(_ description: String) throws {
    let layer = try Layers.layer(StrictJSON.parse(description, name: "layer"))
    let network = try TracedNetwork(Sequential([layer]), inputs: [InputSpecification([4])], mode: .training)
    let (input, output) = (network.inputs["input"], network.outputs["output"])
    let parameters = network.parameters.map(\.tensor)
    let random = Philox(seed: 9, path: "weights")
    // Weighted, so that a softmax's sum is not 1 whatever its input is.
    let weights = Tensor((0..<4).map { Float(random.integer(UInt64($0), below: 64)) / 16 - 2 })
    let loss = (output * weights.slice(axis: 0, 0..<output.shape[-1].size)).sum()
    let inputs = [input] + parameters
    let graph = try Graph(inputs: inputs, outputs: [loss] + gradients(of: loss, withRespectTo: inputs))
    var values = [ReferenceArray(shape: [6, 4], values: Self.points)]
    for (index, parameter) in parameters.enumerated() {
      let own = Philox(seed: 10, path: "parameter \(index)")
      values.append(
        ReferenceArray(shape: parameter.shape.sizes()) { place in
          own.uniform(UInt64(place.reduce(0) { $0 * 100 + $1 })) - 0.4
        })
    }
    let interpreter = Interpreter(graph)
    let results = interpreter.run(values, rows: 6)
    let step = 1e-5
    for (position, value) in values.enumerated() {
      for index in value.values.indices {
        func shifted(_ by: Double) -> Double {
          var moved = values
          moved[position].values[index] += by
          return interpreter.run(moved, rows: 6)[0].values[0]
        }
        let slope = (shifted(step) - shifted(-step)) / (2 * step)
        let gradient = results[1 + position].values[index]
        #expect(abs(slope - gradient) <= 1e-7 * max(1, abs(slope)), "\(position), \(index)")
      }
    }
  }

  @Test(arguments: elementwise.map { $0.configuration.text() })
  func enginesAgreeToTheBit(_ description: String) throws {
    let activation = try Activations.activation(StrictJSON.parse(description, name: "activation"))
    let x = Tensor.input("x", TensorType([.rows]))
    let y = activation(x)
    let graph = try Graph(inputs: [x], outputs: [y] + gradients(of: y.sum(), withRespectTo: [x]))
    let random = Philox(seed: 4, path: "x")
    let values = (0..<1000).map { Float(4 * random.normal(UInt64($0))) }
    var first: [[Float]]?
    for engine in try everyEngine() {
      let results = try engine.compile(graph, rows: values.count).outputs(of: [values], rows: values.count)
      first = first ?? results
      for (left, right) in zip(first!, results) { #expect(areSameBits(left, right), "\(engine)") }
    }
  }

  @Test(arguments: elementwise.map { $0.configuration.text() })
  func nanPassesAndLargeNumbersStayFinite(_ description: String) throws {
    let activation = try Activations.activation(StrictJSON.parse(description, name: "activation"))
    let x = Tensor.input("x", TensorType([.rows]))
    let y = activation(x)
    let graph = try Graph(inputs: [x], outputs: [y] + gradients(of: y.sum(), withRespectTo: [x]))
    let values: [Float] = [.nan, -1e18, -1e5, -200, -0.0, 0, 200, 1e5, 1e18]
    for engine in try everyEngine() {
      let results = try engine.compile(graph, rows: values.count).outputs(of: [values], rows: values.count)
      #expect(results[0][0].isNaN, "\(engine)")
      #expect(results[0].dropFirst().allSatisfy { $0.isFinite }, "\(engine): \(results[0])")
      #expect(results[1].dropFirst().allSatisfy { $0.isFinite }, "\(engine): gradient \(results[1])")
    }
  }

  /// Where the formula is known in closed form, to the bit.
  @Test func valuesAtTheExtremes() throws {
    let x = Tensor([-1e30, -100, -0.0, 0, 100, 1e30] as [Float])
    #expect(try Step()(x).values() == [0, 0, 0, 0, 1, 1])
    #expect(try ReLU()(x).values() == [0, 0, 0, 0, 100, 1e30])
    #expect(try ELU(alpha: 0.5)(x).values() == [-0.5, -0.5, 0, 0, 100, 1e30])
    #expect(try Softplus()(x).values().suffix(2) == [100, 1e30])
    #expect(try Mish()(x).values().suffix(2) == [100, 1e30])
    #expect(try Swish()(x).values().suffix(2) == [100, 1e30])
    #expect(try GELU()(x).values().suffix(2) == [100, 1e30])
    #expect(try HardSigmoid()(x).values() == [0, 0, 0.5, 0.5, 1, 1])
    #expect(try HardTanh()(x).values() == [-1, -1, 0, 0, 1, 1])
    #expect(try Softsign()(x).values().last == 1)
    #expect(
      try Step()(Tensor([-.infinity, .infinity, .leastNonzeroMagnitude] as [Float])).values() == [0, 1, 1])
  }

  @Test func stepHasNoGradient() throws {
    let x = Tensor([-2, -0.0, 0, 3] as [Float])
    #expect(try gradients(of: Step()(x).sum(), withRespectTo: [x])[0].values() == [0, 0, 0, 0])
  }

  @Test func siluIsSwish() throws {
    #expect(try Activations.activation(.string("SiLU")) is Swish)
  }

  @Test func layersThatLearnOneRefuseWhatTheyCannotBe() throws {
    for layer in [Maxout(0), Maxout(3, pieces: 1), Maxout(.max, pieces: 2)] {
      #expect(throws: ApusError.self) { try Model(input: [2], layers: Sequential([layer])) }
    }
    let model = try Model(input: [3], seed: 1) { PReLU(perChannel: true) }
    #expect(model["0.weight"] == [0.25, 0.25, 0.25])
    #expect(model.parameters[0].specification.isDecayed == false)
    #expect(try Predictor(model).predict([-4, 4, 0]) == [-1, 4, 0])
  }
}
