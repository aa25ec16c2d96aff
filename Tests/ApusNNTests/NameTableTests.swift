import ApusCore
import ApusNN
import Testing

/// Every item of every table, with its defaults and with other parameters.
@Suite struct NameTableTests {
  static let tables = [
    Activations.table, Losses.table, Optimizers.table, Schedules.table, Initializers.table, Layers.table,
  ]

  @Test func everyItemComesBackFromItsConfiguration() throws {
    for table in Self.tables {
      for type in table.items { try expectRoundTrip(type.init(), table) }
    }
  }

  @Test func parametersComeBackFromTheConfiguration() throws {
    let items: [(any Named, NameTable)] = [
      (Dense(3, bias: false, initializer: .he), Layers.table), (Dense(7), Layers.table),
      (Dense(2, initializer: .normal(0.125)), Layers.table), (Dropout(0.1), Layers.table),
      (
        Residual {
          Dense(3)
          Residual { Tanh() }
        }, Layers.table
      ),
      (Normal(deviation: 1e-3), Initializers.table), (Momentum(momentum: 0), Optimizers.table),
      (Adam(beta1: 0.1, beta2: 0.12345678901234567, epsilon: 1e-12), Optimizers.table),
      (StepDecay(every: .steps(3), factor: 1), Schedules.table),
      (CosineDecay(to: 0.1, over: .epochs(2)), Schedules.table),
      (Momentum(momentum: 0.99, rateInside: true, from: 0.5, over: .epochs(3)), Optimizers.table),
      (AdamW(weightDecay: 0.1, beta2: 0.95), Optimizers.table),
      (RMSprop(alpha: 0.9, momentum: 0.5), Optimizers.table),
      (SoftmaxCrossEntropy(classWeights: [1, 2.5], labelSmoothing: 0.1), Losses.table),
      (HuberLoss(delta: 0.25), Losses.table), (GELU(approximation: .tanh), Activations.table),
      (PReLU(perChannel: true, slope: 0.1), Layers.table),
      (Maxout(4, pieces: 3, initializer: .orthogonal(gain: 2)), Layers.table),
      (RandomWalk(before: .linear), Initializers.table),
      (OneCycle(rise: 0.4, over: .epochs(3)), Schedules.table),
      (ReduceOnPlateau(patience: 3, cooldown: 1), Schedules.table),
      (InverseTime(k: 0.5, every: .epochs(1)), Schedules.table),
      (CosineDecay(to: 2), Schedules.table), (Warmup(over: .epochs(1)), Schedules.table),
    ]
    for (item, table) in items { try expectRoundTrip(item, table) }
  }

  private func expectRoundTrip<Item: Named>(_ item: Item, _ table: NameTable) throws {
    let description = item.configuration
    let read =
      table.kind == "layer" ? try Layers.layer(description) : try table.item(description)
    #expect(read as? Item == item, "\(table.kind) \(description.text())")
    // As text too.
    let text = description.text()
    #expect(read.configuration.text() == text)
    let coded = try JSONCoding.decode(Item.self, from: JSONCoding.encode(item))
    #expect(coded == item, "\(table.kind) \(text)")
  }

  @Test func defaultsAreLeftOut() {
    #expect(Adam().configuration == .string("adam"))
    #expect(Adam(beta2: 0.99).configuration.text() == #"{"adam":{"beta2":0.99}}"#)
    #expect(Warmup(over: .epochs(2)).configuration.text() == #"{"warmup":{"over":"2 epochs"}}"#)
  }

  @Test func namesAreUniqueAndTheirFormulasWritten() {
    for table in Self.tables {
      #expect(Set(table.names).count == table.items.count)
      for item in table.items { #expect(!item.formula.isEmpty, "\(item.name)") }
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
    let wrong: [(String, JSONValue, NameTable)] = [
      ("momentum", .string("much"), Optimizers.table),
      ("adam", .object([JSONMember("beta1", .bool(true))]), Optimizers.table),
      ("warmup", .string("5 weeks"), Schedules.table), ("dense", .double(2.5), Layers.table),
      ("dense", .object([JSONMember("initializer", .string("hee"))]), Layers.table),
      ("sgd", .integer(3), Optimizers.table), ("momentum", .double(1), Optimizers.table),
      ("adam", .object([JSONMember("beta2", .double(1.5))]), Optimizers.table),
      ("rmsprop", .object([JSONMember("epsilon", .double(0))]), Optimizers.table),
      ("adamW", .double(-0.1), Optimizers.table), ("huber", .double(0), Losses.table),
      ("softmaxCrossEntropy", .object([JSONMember("labelSmoothing", .double(2))]), Losses.table),
      ("gelu", .string("cubic"), Activations.table),
    ]
    for (name, parameters, table) in wrong {
      #expect(throws: ApusError.self, "\(name) \(parameters.text())") {
        try table.item(name, parameters: parameters)
      }
    }
    #expect(throws: ApusError.self) { try Optimizers.table.item(.integer(3)) }
    #expect(throws: ApusError.self) { try Optimizers.table.item(.object([])) }
  }

  @Test func aSingleValueIsTheFirstParameter() throws {
    #expect(
      try Optimizers.table.item("momentum", parameters: .double(0.5)) as? Momentum == Momentum(momentum: 0.5))
    #expect(try Layers.layer(.object([JSONMember("dense", .integer(12))])) as? Dense == Dense(12))
  }
}
