import ApusCore
import ApusNN
import Foundation
import Testing

/// Every item of every table, with its defaults and with other parameters.
@Suite struct NameTableTests {
  @Test func everyItemComesBackFromItsConfiguration() throws {
    try expectRoundTrips(Activations.table, Activations.table.prototypes)
    try expectRoundTrips(Losses.table, Losses.table.prototypes)
    try expectRoundTrips(Optimizers.table, Optimizers.table.prototypes)
    try expectRoundTrips(Schedules.table, Schedules.table.prototypes)
    try expectRoundTrips(Initializers.table, Initializers.table.prototypes)
    try expectRoundTrips(Layers.table, Layers.table.prototypes)
  }

  @Test func parametersComeBackFromTheConfiguration() throws {
    try expectRoundTrips(
      Layers.table,
      [
        Dense(3, hasBias: false, initializer: .he), Dense(7), Dense(2, initializer: .normal(0.125)),
        Dropout(0.1),
        Residual {
          Dense(3)
          Residual { Tanh() }
        },
        PReLU(perChannel: true, slope: 0.1), Maxout(4, pieces: 3, initializer: .orthogonal(gain: 2)),
        Ensemble(members: 2, averaging: .softmax, layers: Sequential([Dense(3), ReLU()])),
      ])
    try expectRoundTrips(
      Optimizers.table,
      [
        Momentum(momentum: 0), Adam(beta1: 0.1, beta2: 0.12345678901234567, epsilon: 1e-12),
        Momentum(momentum: 0.99, isRateInside: true, from: 0.5, over: .epochs(3)),
        AdamW(weightDecay: 0.1, beta2: 0.95), RMSprop(alpha: 0.9, momentum: 0.5),
      ])
    try expectRoundTrips(
      Schedules.table,
      [
        StepDecay(every: .steps(3), factor: 1), CosineDecay(to: 0.1, over: .epochs(2)),
        OneCycle(rise: 0.4, over: .epochs(3)), ReduceOnPlateau(patience: 3, cooldown: 1),
        InverseTime(k: 0.5, every: .epochs(1)), CosineDecay(to: 2), Warmup(over: .epochs(1)),
      ])
    try expectRoundTrips(Initializers.table, [Normal(deviation: 1e-3), RandomWalk(before: .linear)])
    try expectRoundTrips(
      Losses.table,
      [SoftmaxCrossEntropy(classWeights: [1, 2.5], labelSmoothing: 0.1), HuberLoss(delta: 0.25)])
    try expectRoundTrips(Activations.table, [GELU(approximation: .tanh)])
  }

  private func expectRoundTrips<Item>(_ table: NameTable<Item>, _ items: [Item]) throws {
    for item in items {
      guard let named = item as? any Named else { throw ApusError("an item without a name") }
      try expectRoundTrip(named) { try #require(try table.item($0) as? any Named) }
    }
  }

  private func expectRoundTrip<Item: Named>(_ item: Item, _ read: (JSONValue) throws -> any Named) throws {
    // A list of layers has no name.
    guard !Item.isList else { return }
    let description = item.configuration
    #expect(try read(description) as? Item == item, "\(description.text())")
    let complete = try item.completeConfiguration()
    #expect(try read(complete) as? Item == item, "\(complete.text())")
    #expect(try read(complete).configuration == description)
    // Whatever the coder, and as text.
    #expect(try JSONCoding.decode(Item.self, from: JSONCoding.encode(item)) == item)
    let json = try JSONEncoder().encode(item)
    #expect(
      try JSONDecoder().decode(Item.self, from: json) == item, "\(String(decoding: json, as: UTF8.self))")
    let list = try PropertyListEncoder().encode([item])
    #expect(try PropertyListDecoder().decode([Item].self, from: list) == [item])
  }

  @Test func defaultsAreLeftOut() {
    #expect(Adam().configuration == .string("adam"))
    #expect(Adam(beta2: 0.99).configuration.text() == #"{"adam":{"beta2":0.99}}"#)
    #expect(Warmup(over: .epochs(2)).configuration.text() == #"{"warmup":{"over":"2 epochs"}}"#)
  }

  @Test func namesAreUniqueAndTheirFormulasWritten() {
    let families = [
      Activations.table.items, Losses.table.items, Optimizers.table.items, Schedules.table.items,
      Initializers.table.items, Layers.table.items,
    ]
    for items in families {
      #expect(Set(items.map { type(of: $0).name }).count == items.count)
      for item in items { #expect(!type(of: item).formula.isEmpty, "\(type(of: item).name)") }
    }
  }

  @Test func spellingIsForgiven() throws {
    #expect(try Losses.loss(.string("softmax-cross-entropy")) is SoftmaxCrossEntropy)
    #expect(try Activations.activation(.string("ReLU")) is ReLU)
    #expect(try Initializers.table.item(.string("xavier_uniform")) is XavierUniform)
  }

  @Test(arguments: [("rleu", "relu"), ("tahn", "tanh"), ("sigmiod", "sigmoid"), ("softmx", "softmax")])
  func unknownNamesGiveTheNearest(_ wrong: String, _ right: String) {
    #expect {
      try Activations.activation(.string(wrong))
    } throws: { error in
      let error = error as? ApusError
      return error?.problem == "unknown activation “\(wrong)”" && error?.fix == "did you mean “\(right)”?"
        && error?.expected == Activations.table.names.joined(separator: ", ")
    }
  }

  @Test func farNamesGiveNone() {
    #expect {
      try Activations.activation(.string("xyzzyplugh"))
    } throws: { error in (error as? ApusError)?.fix == nil }
  }

  @Test func unknownParametersGiveTheNearest() {
    let description = JSONValue.object([JSONMember("adam", .object([JSONMember("bta1", .double(0.5))]))])
    #expect {
      try Optimizers.optimizer(description)
    } throws: { error in
      "\(error)"
        == "optimizer adam has no parameter “bta1”; expected beta1, beta2, epsilon (did you mean “beta1”?)"
    }
    #expect {
      try Optimizers.table.item("sgd", parameters: .object([JSONMember("x", .null)]))
    } throws: { error in "\(error)".contains("expected no parameters") }
  }

  @Test func wrongValuesAreErrors() {
    func expectErrors<Item>(_ table: NameTable<Item>, _ wrong: [(String, JSONValue)]) {
      for (name, parameters) in wrong {
        #expect(throws: ApusError.self, "\(name) \(parameters.text())") {
          try table.item(name, parameters: parameters)
        }
      }
    }
    expectErrors(
      Optimizers.table,
      [
        ("momentum", .string("much")), ("adam", .object([JSONMember("beta1", .bool(true))])),
        ("sgd", .integer(3)), ("momentum", .double(1)),
        ("adam", .object([JSONMember("beta2", .double(1.5))])),
        ("rmsprop", .object([JSONMember("epsilon", .double(0))])), ("adamW", .double(-0.1)),
      ])
    expectErrors(Schedules.table, [("warmup", .string("5 weeks"))])
    expectErrors(
      Layers.table,
      [("dense", .double(2.5)), ("dense", .object([JSONMember("initializer", .string("hee"))]))])
    expectErrors(
      Losses.table,
      [
        ("huber", .double(0)), ("softmaxCrossEntropy", .object([JSONMember("labelSmoothing", .double(2))])),
      ])
    expectErrors(Activations.table, [("gelu", .string("cubic"))])
    #expect(throws: ApusError.self) { try Optimizers.table.item(.integer(3)) }
    #expect(throws: ApusError.self) { try Optimizers.table.item(.object([])) }
  }

  @Test func aSingleValueIsTheFirstParameter() throws {
    #expect(
      try Optimizers.table.item("momentum", parameters: .double(0.5)) as? Momentum == Momentum(momentum: 0.5))
    #expect(try Layers.layer(.object([JSONMember("dense", .integer(12))])) as? Dense == Dense(12))
  }
}
