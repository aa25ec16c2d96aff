import ApusCore
import ApusNN
import Foundation
import Testing

/// A loss with nothing but its formula.
private struct Quantile: Loss {
  var level = 0.9

  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let e = target - output
    return maximum(level * e, (level - 1) * e)
  }
}

/// A layer without a default for its units, around others.
private struct Swiglu: Layer {
  var units: Int

  func callAsFunction(_ x: Tensor, in scope: Scope) -> Tensor {
    let gate = scope.call(Dense(units), x, named: "gate"), up = scope.call(Dense(units), x, named: "up")
    return scope.call(Dense(x.shape[-1].size), gate.swish() * up, named: "down")
  }
}

/// A layer that holds another one of any type.
private struct Twice: Layer {
  var layers = Sequential()

  func callAsFunction(_ x: Tensor, in scope: Scope) -> Tensor {
    scope.call(layers, scope.call(layers, x, named: "0"), named: "1")
  }
}

private struct Adam: Optimizer {
  func update(_ w: Tensor, _ g: Tensor, in step: UpdateScope) -> Tensor { w - step.rate * g }
}

@Suite struct VocabularyTests {
  private let vocabulary = Vocabulary.standard.adding(Quantile(), Swiglu(units: 64), Twice())

  @Test func namesAreThoseOfTheTypes() {
    #expect(Quantile.name == "quantile" && Swiglu.name == "swiglu")
    #expect(Swiglu(units: 3) == Swiglu(units: 3) && Swiglu(units: 3) != Swiglu(units: 4))
    #expect(Swiglu(units: 3).configuration.text() == #"{"swiglu":{"units":3}}"#)
  }

  @Test func prototypesAreTheDefaults() throws {
    #expect(try Layers.layer(.string("swiglu"), in: vocabulary) as? Swiglu == Swiglu(units: 64))
    #expect(try Losses.loss(.object([JSONMember("quantile", .double(0.5))]), in: vocabulary) is Quantile)
    let other = vocabulary.adding(Quantile(level: 0.25))
    #expect(try Losses.loss(.string("quantile"), in: other) as? Quantile == Quantile(level: 0.25))
  }

  /// At any depth, and whatever the coder.
  @Test func aUsersLayersStandInOthers() throws {
    let layers = Sequential([Dense(4), Twice(layers: Sequential([Swiglu(units: 2), ReLU()]))])
    #expect(try Layers.layer(layers.configuration, in: vocabulary) as? Sequential == layers)
    let decoder = JSONDecoder()
    decoder.userInfo[.vocabulary] = vocabulary
    let json = try JSONEncoder().encode(layers)
    #expect(try decoder.decode(Sequential.self, from: json) == layers)
    #expect(throws: ApusError.self) { try JSONDecoder().decode(Sequential.self, from: json) }
  }

  @Test func filesHoldThem() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var model = try Model(input: [3], seed: 1) {
      Swiglu(units: 5)
      Dense(1)
    }
    model.objective = .numbers(["price"], loss: Quantile(level: 0.75))
    try model.save(to: path)
    let again = try Model(contentsOf: path, vocabulary: vocabulary)
    #expect(again.network.configuration == model.network.configuration)
    #expect(try again.requireObjective().loss as? Quantile == Quantile(level: 0.75))
    #expect {
      _ = try Model(contentsOf: path)
    } throws: { "\($0)".contains("unknown layer “swiglu”") }
  }

  @Test func errorsNameTheNearest() {
    #expect {
      try Layers.layer(.string("swigul"), in: vocabulary)
    } throws: { error in
      let error = error as? ApusError
      return error?.fix == "did you mean “swiglu”?" && error?.expected?.contains("swiglu") == true
    }
    #expect {
      try Layers.layer(
        .object([JSONMember("swiglu", .object([JSONMember("unit", .integer(3))]))]), in: vocabulary)
    } throws: { "\($0)".contains("did you mean “units”?") }
  }

  /// What `adam` means must not depend on who reads it.
  @Test func aTakenNameIsAnError() {
    #expect {
      try Optimizers.optimizer(.string("adam"), in: .standard.adding(Adam()))
    } throws: { "\($0)".contains("two of the optimizer names are “adam”: Adam and Adam") }
  }
}
