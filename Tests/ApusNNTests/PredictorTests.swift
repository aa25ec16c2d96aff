import ApusCore
import ApusNN
import TestSupport
import Testing

/// A row's prediction is the same bits alone, in any batch and on any thread.
@Suite struct PredictorTests {
  static let model = Result {
    try Model(input: [6, 7, 1], seed: 11) {
      Flatten()
      Dense(130, initializer: .he)
      ReLU()
      Dropout(0.5)
      Residual {
        Dense(130)
        Tanh()
      }
      Dense(10)
    }
  }
  let rows = 100
  let size = 42
  let inputs = (0..<4200).map { Float(Philox(seed: 2).uniform(UInt64($0))) * 4 - 2 }

  @Test(arguments: [1, 37, 100, 256])
  func batchesDoNotMatter(_ capacity: Int) throws {
    let model = try Self.model.get()
    let expected = try Predictor(model, capacity: 100).predict(inputs)
    for engine in try everyEngine() {
      let predictor = try Predictor(model, capacity: capacity, engine: engine)
      #expect(try areSameBits(predictor.predict(inputs), expected), "\(engine)")
    }
  }

  @Test func aRowAloneIsTheSame() throws {
    var model = try Self.model.get()
    model.objective = .classes((0..<10).map { "\($0)" })
    let predictor = try Predictor(model)
    let all = try predictor.predict(inputs)
    for row in 0..<rows {
      let alone = try predictor.predict(Array(inputs[(row * size)..<((row + 1) * size)]))
      #expect(areSameBits(alone, Array(all[(row * 10)..<((row + 1) * 10)])))
      #expect(abs(alone.reduce(0, +) - 1) < 1e-5)
    }
    for start in stride(from: 0, to: 90, by: 9) {
      let some = try predictor.predict(Array(inputs[(start * size)..<((start + 7) * size)]))
      #expect(areSameBits(some, Array(all[(start * 10)..<((start + 7) * 10)])))
    }
  }

  @Test func severalThreadsAtOnce() async throws {
    let predictor = try Predictor(Self.model.get(), capacity: 32)
    let expected = try predictor.predict(inputs)
    let inputs = inputs
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<40 { group.addTask { try predictor.predict(inputs) } }
      for try await result in group { #expect(areSameBits(result, expected)) }
    }
  }

  @Test func noRowsGiveNothing() throws {
    #expect(try Predictor(Self.model.get()).predict([]) == [])
  }

  @Test func refusesPartsOfRows() throws {
    let predictor = try Predictor(Self.model.get())
    #expect {
      try predictor.predict([1, 2, 3])
    } throws: { error in
      "\(error)" == "3 numbers as “input”; expected a multiple of 42, the size of one sample"
    }
  }

  @Test func dropoutPassesInInference() throws {
    let model = try Model(input: [50]) { Dropout(0.9) }
    let input = (0..<50).map { Float($0) }
    #expect(try Predictor(model).predict(input) == input)
  }
}
