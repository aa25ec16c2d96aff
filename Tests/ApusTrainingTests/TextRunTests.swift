import Apus
import Testing

/// The main job on a text.
@Suite struct TextRunTests {
  private func configuration(_ folder: TemporaryFolder, _ text: String = Self.text) throws -> RunConfiguration
  {
    var configuration = RunConfiguration()
    configuration.data.source = try folder.write("corpus.txt", text)
    configuration.data.context = 16
    var family = GPT(vocabulary: nil, hasBias: false)
    (family.layers, family.heads, family.width) = (1, 2, 16)
    configuration.model.family = family
    configuration.training.steps = 50
    configuration.training.learningRate = 1e-2
    configuration.training.seed = 5
    return configuration
  }

  private static let text = String(repeating: "the quick brown fox jumps over the lazy dog.\n", count: 60)

  @Test func learnsAndIsUsed() throws {
    let folder = try TemporaryFolder()
    var given = try configuration(folder)
    given.data.test = 0.1
    let plan = try RunPlan(given, folder: folder.path("run"))
    let result = try plan.run()
    // 2700 characters, of them 2160 for training: 134 windows, 12 steps an epoch.
    #expect(result.epochs == 5 && result.history.epochs.map(\.step) == [12, 24, 36, 48, 50])
    for metrics in [result.training, result.validation, result.test] {
      #expect(metrics.map(\.name) == ["loss", "accuracy", "bitsPerCharacter", "perplexity"])
      let loss = metrics[0].value
      #expect(abs(metrics[2].value - loss / Mathematics.log(2)) < 1e-12)
      #expect(abs(metrics[3].value - Mathematics.exp(loss)) < 1e-12)
    }
    #expect(result.confusion == nil)
    #expect(try #require(result.validation.first).value < 2.5)
    // The vocabulary travels in the file, and nothing else is needed.
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    guard case .text(let text)? = saved.preprocessing else {
      Issue.record("no text")
      return
    }
    #expect(text.context == 16 && text.vocabulary.count == 29)
    let written = try TextGenerator(saved).generate(prompt: "the ", length: 40)
    #expect(written.count == 40)
    let other = try DataSource.open(
      folder.write("other.txt", Self.text.prefix(500) + "ß" + Self.text.prefix(90)))
    let evaluation = try saved.evaluate(other)
    #expect(evaluation.confusion == nil && evaluation.samples % 16 == 0)
    #expect(evaluation.notes.contains { $0.contains("1 character such as “ß”") }, "\(evaluation.notes)")
    #expect(message { _ = try saved.predict(other) }.contains("use apus generate"))
    #expect(message { _ = try saved.evaluate(DataSource.open("iris")) }.contains("trained on a text"))
    // Findings, and gradients of the trained model.
    #expect(result.outcomeFindings.allSatisfy { $0.level != .bad })
    #expect(try GradientCheck(saved, rows: 2, elements: 1).run().level == .ok)
  }

  @Test func reruns() throws {
    let folder = try TemporaryFolder()
    let given = try configuration(folder)
    let result = try RunPlan(given, folder: folder.path("a"), threads: 1).run()
    let again = try RunConfiguration.load(yaml: folder.path("a/config.yaml"))
    _ = try RunPlan(again, folder: folder.path("b"), threads: 3).run()
    #expect(try folder.bytes("a/model.safetensors") == folder.bytes("b/model.safetensors"))
    #expect(result.epochs == 4)
  }

  /// Windows begin elsewhere in each epoch, resumed or not.
  @Test(arguments: [1, 20, 30]) func resumes(after step: Int) throws {
    let folder = try TemporaryFolder()
    let given = try configuration(folder)
    _ = try RunPlan(given, folder: folder.path("whole")).run()
    let plan = try RunPlan(given, folder: folder.path("run"))
    #expect(try plan.isPaused { done, _ in done >= step })
    let resumed = try RunPlan(given, folder: folder.path("run"), resume: true)
    #expect(resumed.notes.contains { $0.contains("resumed after step \(step) of 50") })
    _ = try resumed.run()
    #expect(try folder.bytes("run/model.safetensors") == folder.bytes("whole/model.safetensors"))
    #expect(try folder.bytes("run/history.csv") == folder.bytes("whole/history.csv"))
  }

  @Test func defaultForTextsIsGPT() throws {
    let folder = try TemporaryFolder()
    var given = RunConfiguration()
    given.data.source = try folder.write("corpus.txt", Self.text)
    let plan = try RunPlan(given, folder: folder.path("run"))
    #expect(plan.model.inputShape == [64] && plan.model.outputShape == [64, 29])
    #expect(plan.configuration.training.clipNorm == 1)
    #expect(
      plan.reasons.lines.contains { $0.contains("4 layers of 4 heads, 128 wide") }, "\(plan.reasons.lines)")
  }

  @Test func mistakesAreNamed() throws {
    let folder = try TemporaryFolder()
    let given = try configuration(folder)
    func problem(_ change: (inout RunConfiguration) throws -> Void) -> String {
      message {
        var wrong = given
        try change(&wrong)
        _ = try RunPlan(wrong, folder: folder.path("run")).run()
      }
    }
    #expect(problem { $0.model.family = MLP() }.contains("the model mlp is for tables and images"))
    #expect(problem { $0.data.source = "iris" }.contains("the context is for texts"))
    #expect(
      problem {
        $0.data.source = "iris"
        $0.data.context = nil
      }.contains("the model gpt is for texts"))
    #expect(problem { $0.data.context = 5000 }.contains("expected more than 5000, the length of a window"))
    #expect(problem { $0.data.target = "x" }.contains("data.target: a text has no columns"))
    #expect(problem { $0.training.epochs = 3 }.contains("training.steps is given too"))
    #expect(problem { $0.training.steps = 0 }.contains("training.steps"))
    #expect(
      problem { $0.data.testData = "iris" }.contains("the test data is no text"))
  }

  /// Fine-tuning: the model's vocabulary and context, its weights at the start.
  @Test func goesOnFromAModel() throws {
    let folder = try TemporaryFolder()
    let result = try RunPlan(configuration(folder), folder: folder.path("first")).run()
    var given = RunConfiguration()
    given.data.source = try folder.write(
      "other.txt", String(repeating: "a dog jumps over the fox; the end.\n", count: 40))
    given.model.from = folder.path("first/model.safetensors")
    given.training.steps = 20
    let plan = try RunPlan(given, folder: folder.path("second"))
    #expect(plan.model.inputShape == [16] && plan.model.outputShape == [16, 29])
    // A semicolon is not in the vocabulary.
    #expect(
      plan.notes.contains { $0.contains("40 characters are not in the model's vocabulary") }, "\(plan.notes)")
    let tuned = try plan.run()
    #expect(try #require(tuned.history.epochs.first).trainingLoss < result.history.epochs[0].trainingLoss)
    given.data.context = 8
    #expect(
      message { _ = try RunPlan(given, folder: folder.path("third")).run() }.contains("for a model of 16"))
  }
}
