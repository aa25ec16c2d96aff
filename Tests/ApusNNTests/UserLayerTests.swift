import ApusCore
import ApusNN
import Testing

/// A layer as the documentation of `Layer` shows it.
private struct Scale: Layer {
  static let name = "scale"
  static let formula = "y = a · x"
  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    input * scope.parameter("a", [input.shape[-1]], .ones)
  }
}

/// A layer with a parameter of its own and sublayers that share their weights.
private struct Recurrent: Layer {
  static let name = "recurrent"
  static let formula = "y = f(f(… x))"
  var times = 3
  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    (0..<times).reduce(input) { output, _ in
      scope.call(Dense(input.shape[-1].size, initializer: .normal(0.5)), output, named: "cell").tanh()
    }
  }
}

private struct Block: CompositeLayer {
  var units = 64
  var body: some Layer {
    Residual {
      Dense(units)
      ReLU()
      Dense(units)
    }
    ReLU()
  }
}

@Suite struct UserLayerTests {
  @Test func takesPartInAModel() throws {
    var model = try Model(input: [2], seed: 1) {
      Scale()
      Tanh()
    }
    #expect(model.parameters.map(\.path) == ["0.a"])
    #expect(model["0.a"] == [1, 1])
    try model.set("0.a", to: [2, 0])
    let result = try Predictor(model).predict([0.5, 3])
    #expect(abs(result[0] - 0.76159416) < 1e-6)
    #expect(result[1] == 0)
  }

  @Test func isReadWhenItIsHandedIn() throws {
    let description = Sequential([Dense(3), Scale(), Recurrent(times: 2), Recurrent()]).configuration
    let layers = try Layers.layer(description, in: .standard.adding(Scale(), Recurrent()))
    #expect(layers.configuration == description)
    #expect((layers as? Sequential)?.items[2].layer as? Recurrent == Recurrent(times: 2))
    #expect {
      try Layers.layer(description)
    } throws: { error in
      "\(error)".contains("unknown layer “scale”")
    }
  }

  @Test func theSameChildSharesItsParameters() throws {
    let model = try Model(input: [4], seed: 3) { Recurrent() }
    #expect(model.parameters.map(\.path) == ["0.cell.weight", "0.cell.bias"])
    let input = Tensor([0.1, -0.2, 0.3, 0.4], shape: [1, 4])
    let weight = Tensor(model["0.cell.weight"]!, shape: [4, 4])
    let expected = (0..<3).reduce(input) { output, _ in output.matmul(weight).tanh() }
    let result = try Predictor(model).predict(input.values())
    for (value, expected) in zip(result, try expected.values()) { #expect(abs(value - expected) < 1e-6) }
  }

  @Test func aSharedParameterHasOneShape() throws {
    struct Clash: Layer {
      static let name = "clash"
      static let formula = ""
      func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
        scope.parameter("w", [2], .zeros) + scope.parameter("w", [3], .zeros) + input
      }
    }
    #expect {
      try Model(input: [2]) { Clash() }
    } throws: { error in
      "\(error)".contains("layer 0 (clash)")
        && "\(error)".contains(
          "parameter “0.w” has the shape [2] and [3]; expected one shape for a shared parameter")
    }
  }

  @Test func compositesAreSavedAsWhatTheyConsistOf() throws {
    let layers = Sequential {
      Block(units: 5)
      Dense(2)
    }
    let description = layers.configuration
    #expect(
      description.text()
        == #"[[{"residual":[{"dense":{"units":5}},"relu",{"dense":{"units":5}}]},"relu"],{"dense":{"units":2}}]"#
    )
    let loaded = try #require(try Layers.layer(description) as? Sequential)
    #expect(loaded == layers)
    // Under the same names, from the same seed: the same weights.
    let (first, second) = (
      try Model(input: [5], seed: 4, layers: layers), try Model(input: [5], seed: 4, layers: loaded)
    )
    #expect(first.parameters.map(\.path) == second.parameters.map(\.path))
    for path in first.parameters.map(\.path) { #expect(first[path] == second[path]) }
    let input: [Float] = [1, 2, 3, 4, 5]
    #expect(try Predictor(first).predict(input) == Predictor(second).predict(input))
  }
}
