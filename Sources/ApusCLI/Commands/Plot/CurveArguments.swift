#if Command
  import Apus
  import ArgumentParser

  /// The places of an error curve.
  struct CurveArguments: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The numbers to train with, as in 50,200,800. (default: powers of two)", valueName: "n,n,…"))
    var sizes: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Trainings for each number.", valueName: "n"))
    var seeds = 3

    /// - Throws: unless it is a list of whole numbers.
    func numbers() throws(ApusError) -> [Int]? {
      try Checked.count(seeds, "--seeds", from: 1, to: 1_000)
      return try sizes.map { (text) throws(ApusError) in try Checked.counts(text, "--sizes") }
    }

    /// Measures with a sign of life, and prints the table.
    func measured(_ body: (_ seeds: Int) throws -> ErrorCurve) throws -> ErrorCurve {
      Output.tellBuild()
      let sign = SignOfLife("plot")
      sign.now("\(counted(seeds, "training")) for each number")
      let curve = try body(seeds)
      sign.end()
      Output.print(ErrorCurveTable(curve).lines(width: Output.style.width) + [""])
      return curve
    }
  }
#endif
