#if Command
  import Apus
  import ArgumentParser

  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write on from a text, with a model that was trained on one.",
      usage: "apus generate <model> [<options>]",
      discussion: """
        The text goes to standard output as it comes: the prompt, then what follows. Ctrl-C ends it. The same seed \
        gives the same text.

        The model sees its last characters, as many as --context said in training, and a character costs as much \
        as a look back at them. When they are as many as it can see, the last half is read again, all at once, as \
        the beginning of what it sees next.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote from a text.", valueName: "model"),
      completion: .file())
    var model: String

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "What the text begins with; the model sees the last of it, as much as its context. (default: a new line)",
        valueName: "text"))
    var prompt = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("How many characters to write.", valueName: "n"))
    var length = 500

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Below 1 likely characters become likelier, above 1 less so; 0 always takes the likeliest.",
        valueName: "x"))
    var temperature = 0.8

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Draw from the k likeliest characters alone. (default: from all)", valueName: "k"))
    var topK: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Decides the draws.", valueName: "n"))
    var seed: UInt64 = 0

    @Flag(help: "Print one object of results, and nothing else.")
    var json = false

    func run() throws {
      try Checked.count(length, "--length", from: 1)
      try Checked.number(temperature, "--temperature", from: 0)
      try Checked.count(topK, "--top-k", from: 1)
      let generator: TextGenerator
      do {
        generator = try TextGenerator(Model(contentsOf: model))
      } catch let error as ApusError {
        throw error.place == nil ? error.at(model) : error
      }
      do { try generator.check(prompt: prompt) } catch { throw error.at("--prompt") }
      let unseen = generator.unseenCount(of: prompt)
      if unseen > 0 {
        Output.tell([
          "note: the prompt has \(grouped(prompt.unicodeScalars.count)) characters, and the model sees the last "
            + "\(grouped(generator.context))"
        ])
      }
      if !json { Output.tellBuild() }
      Interruption.install()
      let stream = CharacterStream()
      if !json { stream.write(prompt) }
      let start = Clock.nanoseconds
      let text = try generator.generate(
        prompt: prompt, length: length,
        TextGenerator.Sampling(temperature: temperature, topK: topK, seed: seed)
      ) { character in
        if !json { stream.write(character) }
        return Interruption.signal == 0 && stream.failure == nil
      }
      let seconds = Double(Clock.nanoseconds &- start) * 1e-9
      let count = text.unicodeScalars.count
      if json {
        let object = JSONValue.object([
          JSONMember("prompt", .string(prompt)), JSONMember("text", .string(text)),
          JSONMember("characters", .integer(count)), JSONMember("seconds", .double(seconds)),
          JSONMember("charactersPerSecond", .double(Double(count) / max(seconds, 1e-9))),
        ])
        Output.print([object.text(sortsKeys: false)])
      } else {
        stream.write("\n")
        stream.flush()
        if let failure = stream.failure { throw failure }
        Output.tell([
          "\(grouped(count)) characters in \(durationFigure(seconds)) "
            + "(\(prefixedFigure(Double(count) / max(seconds, 1e-9))) characters/s)"
        ])
      }
      guard Interruption.signal == 0 else {
        try Output.finish()
        throw ExitCode(128 + Interruption.signal)
      }
    }
  }
#endif
