#if Command
  import Apus
  import ArgumentParser

  /// `apus`: parses, calls, prints.
  struct ApusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "apus",
      abstract: "Neural networks: train, evaluate and predict on tables, images and texts.",
      discussion: """
        apus train houses.csv --target price
        apus evaluate runs/houses-1/model.safetensors more.csv
        apus predict runs/houses-1/model.safetensors new.csv --out prices.csv

        DATA is a CSV or TSV file (plain, .gz or .zip), JSON lines, a folder of pictures by class (PNG, JPEG), a \
        folder or a file of IDX images (MNIST's format), a folder of CIFAR's batches, a NumPy file (.npy, .npz), a \
        text (.txt), - for standard input, or one of the built-in data sets:

        \(datasets)

        The same seed gives the same bits, with any number of threads, resumed or not; mpirun -n 8 apus train … shares \
        the work among 8 processes, with the bits of one. APUS_THREADS sets the \
        number of threads, APUS_ISA (avx512, avx2, neon or portable) the instruction set, NO_COLOR takes colors away.
        """,
      version: version,
      subcommands: [
        Train.self, Evaluate.self, Predict.self, Generate.self, Check.self, GradCheck.self, Summary.self,
        Describe.self, Prepare.self, Search.self, Plot.self, LabCommand.self, Playground.self, List.self,
      ])

    static let version = Release.version

    /// Mistakes in the usage look like all other errors.
    static let _errorLabel = "error"

    private static var datasets: String {
      DatasetListing().lines(width: 78, withSources: false).joined(separator: "\n")
    }

    /// Runs the command of the process' arguments and ends the process: with 0, with 64 for a mistake in the
    /// command's usage, with 128 and the signal's number after an interruption, with 1 for everything else.
    static func start() -> Never {
      do {
        try Ranks.join()
        try CommandNames.check(Array(CommandLine.arguments.dropFirst()))
        var command = try parseAsRoot()
        try Ranks.check(command)
        try command.run()
        try Output.finish()
        try Ranks.finish()
        exit()
      } catch let error as CommandNames.Unknown {
        Ranks.endSilently(code: error.code)
        Output.fail(error.error, code: error.code)
      } catch let error as ApusError {
        Ranks.end(error)
        Output.fail(error)
      } catch {
        Ranks.endSilently(code: exitCode(for: error).rawValue)
        exit(withError: error)
      }
    }
  }
#endif
