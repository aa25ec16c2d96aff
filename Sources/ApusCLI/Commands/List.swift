#if Command
  import Apus
  import ArgumentParser

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the names that settings may use, with formulas and parameters.")

    enum Family: String, CaseIterable, ExpressibleByArgument {
      case models, activations, losses, optimizers, schedules, initializers, preparations, ensembles,
        features, augmentations, layers, metrics, datasets

      fileprivate var lines: [String] {
        let width = max(Output.style.width, 60)
        return switch self {
        case .models: NameListing(ModelFamilies.table).lines(width: width)
        case .activations: NameListing(Activations.table).lines(width: width)
        case .losses: NameListing(Losses.table).lines(width: width)
        case .optimizers: NameListing(Optimizers.table).lines(width: width)
        case .schedules: NameListing(Schedules.table).lines(width: width)
        case .initializers: NameListing(Initializers.table).lines(width: width)
        case .preparations: NameListing(Preparations.table).lines(width: width)
        case .ensembles: NameListing(EnsembleMethods.table).lines(width: width)
        case .features: NameListing(FeatureSteps.table).lines(width: width)
        case .augmentations: NameListing(Augmentations.table).lines(width: width)
        case .layers: NameListing(Layers.table).lines(width: width)
        case .metrics: NameListing(Metrics.table).lines(width: width)
        case .datasets: DatasetListing().lines(width: width)
        }
      }
    }

    @Argument(help: "What to list; everything when not given.")
    var family: Family?

    func run() {
      if let family { return Output.print(family.lines) }
      for (index, family) in Family.allCases.enumerated() {
        Output.print((index > 0 ? [""] : []) + [family.rawValue] + family.lines)
      }
    }
  }
#endif
