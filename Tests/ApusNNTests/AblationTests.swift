import ApusCore
import ApusNN
import Testing

@Suite struct AblationTests {
  private let model = try! Model(input: [3], seed: 4) {
    Dense(5)
    Sigmoid()
    Dense(2)
  }

  /// The outputs are those of the hidden layer with zeros in the units' places.
  @Test func outputs() throws {
    let input = Tensor([[0.3, -1, 2], [1, 0.5, -0.2]] as [[Float]])
    let hidden = try model.compiled(outputs: [.layer("1")])(input)[.layer("1")].values()
    let (weights, bias) = (model["2.weight"]!, model["2.bias"]!)
    let values = try model.ablating([1, 4], before: "2", scale: 5.0 / 3)(input).values()
    for row in 0..<2 {
      for output in 0..<2 {
        var expected: Float = bias[output]
        for unit in [0, 2, 3] { expected += hidden[row * 5 + unit] * weights[unit * 2 + output] * 5 / 3 }
        #expect(abs(values[row * 2 + output] - expected) < 1e-5)
      }
    }
    #expect(try model.ablating([], before: "2")(input).values() == model(input).values())
  }

  @Test func mistakes() {
    #expect(throws: ApusError.self) { try model.ablating([5], before: "2") }
    #expect(throws: ApusError.self) { try model.ablating([-1], before: "2") }
    #expect(throws: ApusError.self) { try model.ablating([0], before: "1") }
    do { _ = try model.ablating([0], before: "1") } catch { #expect("\(error)".contains("0, 2"), "\(error)") }
  }
}
