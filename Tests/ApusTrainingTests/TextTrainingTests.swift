import Apus
import Testing

/// A GPT learns a text, through data set, session and metrics.
@Suite struct TextTrainingTests {
  private func split() throws -> DatasetSplit {
    try Text(String(repeating: "abcd, efgh. ", count: 40), validation: 0.1)
      .split(context: 12, stride: 1)
  }

  private func model(dropout: Double = 0) throws -> Model {
    try Model(input: [12], seed: 1) {
      GPT(vocabulary: 11, layers: 1, heads: 2, width: 16, dropout: dropout)
    }
  }

  @Test func learnsWhatComesNext() throws {
    let split = try split()
    var model = try model(dropout: 0.1)
    let history = try model.fit(split, epochs: 4, batch: 16, optimizer: .adamW(1e-2))
    #expect(history.epochs.count == 4)
    let accuracy = try #require(try model.evaluate(on: split.validation, .accuracy))
    // All but the first character of a window follow from the one before it or from two.
    #expect(accuracy.value > 0.9, "\(accuracy)")
    let results = try model.results(on: split.validation)
    #expect(results.count == split.validation.count * 12)
    #expect(results.width == 11)
    #expect(results.losses.count == split.validation.count)
  }

  @Test func theLossBeginsAtTheLogarithmOfTheClasses() throws {
    let session = try TrainingSession(
      model(), training: split().training,
      settings: TrainingSettings(optimizer: .adam(1e-3), batch: 8))
    let loss = try session.runStep()
    // The first logits have a deviation of about a half, and a tied head favors the character at hand.
    #expect(abs(Double(loss) - Mathematics.log(11)) < 0.5)
  }

  @Test func aModelThatDoesNotFitIsRefused() throws {
    let small = try Model(input: [12], seed: 1) { GPT(vocabulary: 7, layers: 1, heads: 2, width: 16) }
    let text = try split().training
    #expect {
      try TrainingSession(
        small, training: text, settings: TrainingSettings(optimizer: .adam()))
    } throws: { "\($0)".contains("expected [12, 11], positions and classes, with softmaxCrossEntropy") }
  }

  /// A character beyond the embedding is found before it reaches a weight.
  @Test func anUnknownClassIsFound() throws {
    let step = try TrainingStep(model(), loss: .softmaxCrossEntropy, optimizer: Adam(), capacity: 2)
    try step.load(inputs: (0..<24).map { Float($0 % 12) }, labels: (0..<24).map { Int32($0 % 11) })
    #expect {
      try step.run(rows: 2, step: 1, rate: 0.1)
    } throws: { "\($0)".contains("no longer finite") }
  }
}
