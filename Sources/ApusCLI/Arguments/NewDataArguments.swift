#if Command
  import Apus
  import ArgumentParser

  /// Data for a model that is there.
  struct NewDataArguments: ParsableArguments {
    @Argument(
      help: ArgumentHelp(
        "A table, images, NumPy arrays, a text, - for standard input, or a built-in data set.",
        valueName: "data"),
      completion: .file())
    var data: String

    @OptionGroup var table: TableArguments
    @OptionGroup var generated: GeneratedArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("The seed of a generated data set.", valueName: "n"))
    var seed: UInt64?

    /// The data, read as the model's training data were unless flags say otherwise.
    func open(_ model: SavedModel? = nil) throws(ApusError) -> DataSource {
      try generated.check()
      let format = try table.format(model?.tableFormat ?? TableFormat())
      return try DataSource.open(
        data, format: format,
        generated: GeneratedOptions(rows: generated.rows, noise: generated.noise, seed: seed ?? 0))
    }
  }
#endif
