#if Command
  import Apus
  import ArgumentParser

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Examine data, network and training, and say what is well and what is not.",
      discussion: """
        Starts from what apus train would start from, trains copies for some seconds, and writes nothing. Each \
        check has a figure, the range that it should lie in and, where it does not, why that matters and what to \
        do. Ends with 1 when something is bad.
        """)

    @Argument(help: .data, completion: .file())
    var data: String?

    @OptionGroup var settings: RunArguments

    @Option(
      help: ArgumentHelp("A YAML file of settings; flags go before it.", valueName: "file.yaml"),
      completion: .file())
    var config: String?

    @Flag(help: "Show the reason and the table of every check, not only of those that are not well.")
    var explain = false

    @Flag(help: "Print one object of results, and nothing else.")
    var json = false

    func validate() throws {
      if data == nil, config == nil {
        throw ValidationError(
          "Missing expected argument '<data>': give a file, a folder or a built-in data set.")
      }
    }

    func run() throws {
      try FileBytes.refuseShared([("the settings", config), ("the data", data)])
      let configuration = try settings.configuration(
        over: config.map { try RunConfiguration.load(yaml: $0) } ?? RunConfiguration(), source: data)
      if !json { Output.tellBuild() }
      let sign = SignOfLife("check")
      sign.now("the data")
      let examined = try ExaminedModel(configuration)
      let checks = Doctor.examine(examined) { sign.now($0) }
      sign.end()
      let view = DoctorView(checks, style: Output.style)
      if !json, !examined.notes.isEmpty {
        Output.print(["noticed:"] + Output.notes(examined.notes, Output.style) + [""])
      }
      Output.print(json ? [view.json.text(sortsKeys: false)] : view.lines(explains: explain))
      if checks.contains(where: { $0.level == .bad }) {
        try Output.finish()
        throw ExitCode(1)
      }
    }
  }
#endif
