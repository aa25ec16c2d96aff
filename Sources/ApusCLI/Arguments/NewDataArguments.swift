#if Command
  import Apus
  import ArgumentParser

  /// Data for a model that is there.
  struct NewDataArguments: ParsableArguments {
    @Argument(help: .data, completion: .file())
    var data: String

    @OptionGroup var reading: SettingArguments<ReadingSettings>

    @Option(parsing: .unconditional, help: ArgumentHelp("The seed of a generated data set.", valueName: "n"))
    var seed: UInt64?

    /// A model, and the data for it, read as its training data were unless flags say otherwise.
    ///
    /// - Parameter drawsRows: whether the seed has another use.
    func open(
      modelAt path: String, drawsRows: Bool = false
    ) throws -> (model: Model, data: DataSource) {
      try FileBytes.refuseShared([("the model", path), ("the data", data)])
      let model = try Model(contentsOf: path)
      return (
        model,
        try open(model.tableFormat, model.pictureFormat, isText: model.isForTexts, drawsRows: drawsRows)
      )
    }

    func open(
      _ format: TableFormat = TableFormat(), _ pictures: PictureFormat = PictureFormat(),
      isText: Bool = false,
      drawsRows: Bool = false, size: String? = nil, channels: Int? = nil
    ) throws(ApusError) -> DataSource {
      var given = try reading.group()
      (given.size, given.channels) = (size, channels)
      let source = try DataSource.open(
        data, format: given.format(over: format), pictures: given.pictures(over: pictures),
        generated: GeneratedOptions(rows: given.rows, noise: given.noise, seed: seed ?? 0), isText: isText)
      let formats = ["header", "delimiter", "decimalMark"]
      if !source.isDelimited, let flag = formats.first(where: { reading.texts[$0] != nil }) {
        throw ApusError(
          "\(reading.place(flag)) is given, and the data isn't delimited text", at: source.place,
          fix: "leave it out")
      }
      try given.refusePictures(source)
      if case .table = source.content {
      } else if given.columns != nil {
        throw ApusError(
          "--column is given, and the data has no columns", at: source.place, fix: "leave it out")
      }
      guard seed == nil || drawsRows || BuiltInDataset.named(source.name)?.isGenerated == true else {
        throw ApusError(
          "a seed is given, and the data isn't generated", at: source.place, fix: "leave --seed out")
      }
      return source
    }
  }

  extension ArgumentHelp {
    /// The help of an argument that names data of any kind.
    static var data: ArgumentHelp {
      ArgumentHelp(
        "A table, images, NumPy arrays, a text, - for standard input, or a built-in data set.",
        valueName: "data")
    }
  }
#endif
