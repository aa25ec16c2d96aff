#if Command
  import Apus
  import ArgumentParser

  /// How a table's text is to be read where it should not be found out.
  struct TableArguments: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "The table's first row holds the columns' names, or does not.")
    var header: Bool?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("What separates the table's fields: , ; | tab or space.", valueName: "mark"))
    var delimiter: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "The mark before a number's fraction: . or , (then . groups thousands).", valueName: "mark"))
    var decimalMark: String?

    /// The delimiter as the table reader takes it.
    func delimiterText() throws(ApusError) -> String? {
      switch delimiter {
      case nil: return nil
      case "tab", "\\t", "\t": return "\t"
      case "space", " ": return " "
      case "comma", ",": return ","
      case "semicolon", ";": return ";"
      case "pipe", "|": return "|"
      case let other?:
        throw ApusError("“\(other)” is no delimiter", at: "--delimiter", expected: ", ; | tab or space")
      }
    }

    /// - Throws: where one of these flags is given, for data that they say nothing about.
    func refuse(for place: String) throws(ApusError) {
      let flags = [
        ("--header", header == true), ("--no-header", header == false), ("--delimiter", delimiter != nil),
        ("--decimal-mark", decimalMark != nil),
      ]
      guard let flag = flags.first(where: \.1)?.0 else { return }
      throw ApusError("\(flag) is given, and the data isn't delimited text", at: place, fix: "leave it out")
    }

    /// A format with what is given here in the place of what it says.
    func format(_ base: TableFormat = TableFormat()) throws(ApusError) -> TableFormat {
      var format = base
      if let header { format.hasHeader = header }
      if let delimiter = try delimiterText() { format.delimiter = delimiter }
      if let style = try numberStyle() { format.numberStyle = style }
      return format
    }

    func numberStyle() throws(ApusError) -> NumberStyle? {
      switch decimalMark {
      case nil: return nil
      case ".": return .plain
      case ",": return NumberStyle(decimalMark: ",", groupMark: ".")
      case let other?:
        throw ApusError("“\(other)” is no decimal mark", at: "--decimal-mark", expected: "a point or a comma")
      }
    }
  }

  /// What a generated data set is made of.
  struct GeneratedArguments: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Rows of a generated data set.", valueName: "n"))
    var rows: Int?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Noise of a generated data set: a standard deviation.", valueName: "x"))
    var noise: Double?

    func check() throws(ApusError) {
      try Checked.count(rows, "--rows", from: 2, to: 100_000_000)
      try Checked.number(noise, "--noise", from: 0)
    }
  }
#endif
