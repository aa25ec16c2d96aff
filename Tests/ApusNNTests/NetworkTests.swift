import ApusCore
import ApusData
import ApusNN
import TestSupport
import Testing

/// Two inputs, one of them a mask; two outputs.
struct MaskedHeads: Network {
  static let name = "maskedHeads"
  static let formula = "one trunk on x · mask, two heads"
  var units = 5

  func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
    let trunk = scope.call(Dense(units), inputs["x"] * inputs["mask"], named: "trunk").relu()
    return [
      "classes": scope.call(Dense(3), trunk, named: "classes"),
      "size": scope.call(Dense(1), trunk, named: "size"),
    ]
  }
}

@Suite struct NetworkTests {
  let inputs = [InputSpecification("x", [4]), InputSpecification("mask", [4])]

  @Test func namedInputsAndOutputs() throws {
    let model = try Model(inputs: inputs, seed: 3, network: MaskedHeads())
    #expect(model.outputs.map(\.name) == ["classes", "size"])
    #expect(model.outputs.map(\.shape) == [[3], [1]])
    #expect(
      model.parameters.map(\.path) == [
        "trunk.weight", "trunk.bias", "classes.weight", "classes.bias", "size.weight", "size.bias",
      ])
    let x: [Float] = [1, -2, 3, 4, 5, 6, -7, 8]
    let all = try Predictor(model, outputs: ["size", "classes"], capacity: 1)
      .predict(["x": x, "mask": [1, 1, 0, 0, 0, 0, 0, 0]])
    #expect(all["size"]?.count == 2 && all["classes"]?.count == 6)
    // What is masked has no influence, and a row is the same alone.
    let other = try Predictor(model).predict(["x": [1, -2, 9, 9], "mask": [1, 1, 0, 0]])
    #expect(areSameBits(other["classes"]!, Array(all["classes"]![..<3])))
    // By hand: relu(x · mask · W + b) · V + c.
    let (w, b) = (model["trunk.weight"]!, model["trunk.bias"]!)
    let (v, c) = (model["size.weight"]!, model["size.bias"]!)
    let hidden = (0..<5).map { max(0, x[0] * w[$0] + x[1] * w[5 + $0] + b[$0]) }
    let expected = zip(hidden, v).reduce(c[0]) { $0 + $1.0 * $1.1 }
    #expect(abs(all["size"]![0] - expected) < 1e-5)
  }

  @Test func wrongNamesAreErrors() throws {
    let model = try Model(inputs: inputs, network: MaskedHeads())
    let predictor = try Predictor(model)
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    #expect(message { _ = try Predictor(model, outputs: ["clases"]) }.contains("did you mean “classes”"))
    #expect(message { _ = try predictor.predict(["x": [1, 2, 3, 4]]) }.contains("\"mask\" is missing"))
    #expect(
      message { _ = try predictor.predict(["x": [], "mask": [], "masc": []]) }.contains("did you mean “mask”")
    )
    #expect(
      message { _ = try predictor.predict(["x": [1, 2, 3, 4], "mask": []]) }.contains("has 0 rows")
    )
    #expect(message { _ = try predictor.predict([1, 2, 3, 4]) }.contains("2 inputs"))
    #expect(
      message { _ = try Model(inputs: [InputSpecification("y", [4])], network: MaskedHeads()) }
        .contains("there is no tensor \"x\""))
    #expect(message { _ = try Model(inputs: inputs, network: ReLU()) }.contains("a layer is given 2 tensors"))
    #expect(
      message { _ = try Model(inputs: [inputs[0], inputs[0]], network: MaskedHeads()) }
        .contains("a name of its own"))
    #expect(message { _ = try Model(inputs: [], network: MaskedHeads()) }.contains("without inputs"))
  }

  @Test func integerInputs() throws {
    struct Lookup: Layer {
      static let name = "lookup"
      static let formula = "row of a table"
      func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
        input.oneHot(3).matmul(scope.parameter("table", [3, 2], .normal(1)))
      }
    }
    let model = try Model(inputs: [InputSpecification([], .int32)], seed: 4, network: Lookup())
    let table = try #require(model["table"])
    #expect(try Predictor(model).predict([2, 0]) == Array(table[4..<6] + table[..<2]))
    #expect(throws: ApusError.self) { try Predictor(model).predict([0.5]) }
  }

  static let graph = LayerGraph(outputs: ["classes", "helper"]) {
    LayerGraph.Node("trunk") {
      Dense(8)
      Tanh()
    }
    LayerGraph.Node("helper") { Dense(3) }
    LayerGraph.Node("deep", from: ["trunk"]) {
      Dense(8)
      ReLU()
    }
    LayerGraph.Node("sum", from: ["deep", "trunk"], joined: .add) {}
    LayerGraph.Node("classes", from: ["sum", "trunk"]) { Dense(3) }
  }

  @Test func layersWiredByName() throws {
    let model = try Model(inputs: [InputSpecification("image", [4])], seed: 1, network: Self.graph)
    #expect(model.outputs.map(\.name) == ["classes", "helper"])
    #expect(model["classes.0.weight"]?.count == 16 * 3)
    #expect(model["helper.0.weight"]?.count == 8 * 3)
    // What was asked for alone is computed, to the same bits.
    let x = (0..<20).map { Float($0) * 0.1 - 1 }
    let both = try Predictor(model, outputs: ["helper", "classes"]).predict(["image": x])
    #expect(areSameBits(try Predictor(model).predict(x), both["classes"]!))
    #expect(both["helper"]?.count == 15)
  }

  @Test func aLayerGraphComesBackFromItsDescription() throws {
    let description = Self.graph.configuration
    let back = try Networks.network(description)
    #expect(back as? LayerGraph == Self.graph)
    #expect(back.configuration == description)
    // As one writes it: a name alone as `from`, defaults left out.
    let written = try Networks.network(
      StrictJSON.parse(
        #"{"layerGraph": {"steps": [{"name": "a", "from": "input", "layers": [{"dense": 4}]}, {"name": "b"}]}}"#,
        name: "test"))
    #expect(
      written as? LayerGraph
        == LayerGraph(steps: [
          LayerGraph.Node("a", from: ["input"]) { Dense(4) }, LayerGraph.Node("b") {},
        ]))
  }

  @Test(arguments: [
    (#"{"layerGraph": {"steps": []}}"#, "without steps"),
    (#"{"layerGraph": {"steps": [{"name": "a", "form": "input"}]}}"#, "did you mean “from”"),
    (#"{"layerGraph": {"steps": [{"name": "a", "from": "inputt"}]}}"#, "did you mean “input”"),
    (#"{"layerGraph": {"steps": [{"name": "input"}]}}"#, "two tensors are named “input”"),
    (#"{"layerGraph": {"steps": [{"name": "a"}], "outputs": ["b"]}}"#, "there is no tensor \"b\""),
    (#"{"layerGraph": {"steps": [{"name": "a", "layers": ["dens"]}]}}"#, "did you mean “dense”"),
    (#"{"layerGraf": {}}"#, "unknown layer “layerGraf”"),
  ])
  func mistakesAreNamed(_ description: String, _ expected: String) throws {
    do {
      let network = try Networks.network(StrictJSON.parse(description, name: "test"))
      _ = try Model(inputs: [InputSpecification([4])], network: network)
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains(expected), "\(error)")
    }
  }
}
