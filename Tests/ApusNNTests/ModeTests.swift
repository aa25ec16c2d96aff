import ApusCore
import ApusNN
import Testing

/// A layer that asks for its parameters in another order in inference, and for one of them in training alone.
private struct Moody: Layer {
  static let name = "moody"
  static let formula = "y = a x + b, in training plus 0 · c"

  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    if scope.mode == .training {
      let c = scope.parameter("c", [1], .ones)
      let b = scope.parameter("b", [1], .zeros)
      return input * scope.parameter("a", [1], .ones) + b + c * 0
    }
    return input * scope.parameter("a", [1], .ones) + scope.parameter("b", [1], .zeros)
  }
}

/// Parameters are found by path, whatever a mode asks for and in which order.
@Suite struct ModeTests {
  @Test func inferenceMayAskForOtherParameters() throws {
    var model = try Model(input: [1], seed: 1) { Moody() }
    try model.set("0.a", to: [2])
    try model.set("0.b", to: [3])
    try model.set("0.c", to: [5])
    #expect(try Predictor(model).predict([10]) == [23])
  }
}
