#if Command
  import Apus
  import ArgumentParser

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the names that settings may use, with formulas and parameters.")

    /// One of ``NameFamilies/all``, or the data sets.
    struct Family: ExpressibleByArgument {
      static let datasets = "datasets"
      static let allValueStrings = NameFamilies.all.map(\.name) + [datasets]

      let name: String

      init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        name = argument
      }

      fileprivate static func lines(_ name: String) -> [String] {
        let width = max(Output.style.width, 60)
        return NameFamilies.all.first { $0.name == name }.map { NameListing($0.items).lines(width: width) }
          ?? DatasetListing().lines(width: width)
      }
    }

    @Argument(help: "What to list; everything when not given.")
    var family: Family?

    func run() {
      if let family { return Output.print(Family.lines(family.name)) }
      for (index, name) in Family.allValueStrings.enumerated() {
        Output.print((index > 0 ? [""] : []) + [name] + Family.lines(name))
      }
    }
  }
#endif
