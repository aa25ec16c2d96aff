#if Command
  import Apus
  import ApusMPI
  import ArgumentParser

  /// The processes of a launcher (mpirun, mpiexec, srun) that run one command together. The first of them writes and prints.
  enum Ranks {
    /// The processes that this one belongs to; nil where no launcher has started it.
    private(set) nonisolated(unsafe) static var collective: Collective?

    /// A Boolean value that indicates whether this process writes and prints: the only one, or the first.
    static var isFirst: Bool { collective.map { $0.rank == 0 } ?? true }

    private static var count: Int { collective?.count ?? 1 }

    /// Joins the others, if there are any, before anything else.
    ///
    /// - Throws: when the launcher and the MPI library don't belong together; when others run another version, or with other
    ///   arguments.
    static func join() throws {
      guard let joined = try Collective.ofLauncher() else { return }
      collective = joined
      Output.isMuted = joined.rank > 0
      try joined.agree([
        ("the version", ApusCommand.version),
        ("the arguments", CommandLine.arguments.dropFirst().joined(separator: " ")),
      ])
    }

    /// - Throws: for a command that several processes cannot share.
    static func check(_ command: any ParsableCommand) throws(ApusError) {
      guard count > 1 else { return }
      let source: String?
      switch command {
      case let train as Train: source = train.data
      case let evaluate as Evaluate: source = evaluate.source.data
      case let predict as Predict: source = predict.source.data
      case let search as Search: source = search.data
      default:
        let name = type(of: command).configuration.commandName ?? "\(type(of: command))".lowercased()
        throw ApusError(
          "apus \(name) runs in one process, and the launcher has started \(count)",
          fix: "start it without the launcher; train, evaluate, predict and search share their work")
      }
      guard source == "-" else { return }
      throw ApusError(
        "the data comes through standard input, which reaches only the first of \(count) processes",
        at: "-", fix: "name a file that all of them can read")
    }

    /// Waits for the others, after everything is written.
    static func finish() throws {
      let joined = collective
      collective = nil
      try joined?.finish()
    }

    /// Ends all processes because of an error of this one; comes back where this is the only one.
    ///
    /// An error that all meet is told once: the first process has the word, and the others leave it a moment.
    static func end(_ error: ApusError) {
      guard let collective, collective.count > 1 else { return }
      if error.kind == .divergence {
        // The same in all, and the first has a model to save.
        guard collective.rank > 0 else {
          Output.tell(Output.lines(error, Output.errorStyle))
          try? finish()
          CurrentProcess.end(code: 1)
        }
        try? finish()
        CurrentProcess.end(code: 1)
      }
      if collective.rank > 0 { Clock.sleep(seconds: 1) }
      // The rank, its host and its step come first.
      let lines = Output.lines(error, .plain).joined(separator: "\n")
      collective.abort(String(lines.trimmingPrefix("error: ")))
    }

    /// Ends a process that has nothing to say beside the first, with its code.
    static func endSilently(code: Int32) {
      guard !isFirst else { return }
      Clock.sleep(seconds: 1)
      CurrentProcess.end(code: code)
    }
  }
#endif
