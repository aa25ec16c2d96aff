#if Command
  import Apus
  import ArgumentParser

  /// Commands and pictures by name: the parser would take an unknown one for something else.
  enum CommandNames {
    struct Unknown: Error {
      let error: ApusError
      /// A mistake in the usage, unless a file may have been meant.
      var code: Int32 = 64
    }

    /// - Parameter arguments: those of the process, without its own name.
    /// - Throws: for a command or a picture that is not known, with the nearest.
    static func check(_ arguments: [String]) throws(Unknown) {
      guard let name = arguments.first, !name.hasPrefix("-") else { return }
      let commands = names(ApusCommand.configuration.subcommands)
      guard (commands + ["help"]).contains(name) else {
        throw Unknown(
          error: ApusError(
            "unknown command \"\(name)\"", expected: commands.joined(separator: ", "),
            fix: Spelling.suggestion(for: name, in: commands) ?? "apus --help says what each does"))
      }
      guard name == "plot", arguments.count > 1, !arguments[1].hasPrefix("-") else { return }
      let (picture, pictures) = (arguments[1], names(Plot.configuration.subcommands))
      guard !pictures.contains(picture), !Files.exists(picture), !picture.contains("/") else { return }
      throw Unknown(
        error: ApusError(
          "\"\(picture)\" is neither a picture nor the folder of a run",
          expected: "\(pictures.joined(separator: ", ")), or a folder",
          fix: Spelling.suggestion(for: picture, in: pictures)
            ?? (picture == "confusion" ? "a run's report.html has its confusion matrix" : nil)), code: 1)
    }

    private static func names(_ commands: [any ParsableCommand.Type]) -> [String] {
      commands.map { $0.configuration.commandName ?? "\($0)".lowercased() }
    }
  }
#endif
