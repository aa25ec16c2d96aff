#if Command
  import Apus
  import ArgumentParser

  /// The network between inputs and outputs.
  struct NetworkArguments: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "A kind of model with all that goes with it: \(ModelFamilies.table.names.joined(separator: ", ")); "
          + "parameters as in 'ridge(lambda: 0.1)'. (default: \(ModelFamilies.defaultName))",
        valueName: "name"),
      completion: .list(ModelFamilies.table.names))
    var model: String?
    @Option(
      help: ArgumentHelp(
        "A trained model to go on from: its preprocessing, layers and weights. A target of its own gets an output "
          + "layer of its own. --freeze keeps layers as they are.",
        valueName: "model"),
      completion: .file(extensions: ["safetensors"]))
    var from: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Units of the hidden layers: 64,64, or none.", valueName: "units"))
    var hidden: HiddenUnits?

    @Option(
      help: ArgumentHelp(
        "Between the layers: \(Activations.table.names.joined(separator: ", ")).", valueName: "name"),
      completion: .list(Activations.table.names))
    var activation: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("The part of the hidden units that is left out in each step.", valueName: "p"))
    var dropout: Double?

    func check() throws(ApusError) {
      if let model { _ = try Checked.item(model, "--model", in: ModelFamilies.table) }
      if let units = hidden?.units.first(where: { $0 < 1 || $0 > 1 << 20 }) {
        throw ApusError(
          "a hidden layer of \(units) units", at: "--hidden", expected: "from 1 to \(1 << 20) units",
          fix: "write the layers' units as in --hidden 64,64, or --hidden none")
      }
      if let activation { _ = try Checked.item(activation, "--activation", in: Activations.table) }
      try Checked.number(dropout, "--dropout", from: 0, below: 1)
    }

    func write(to model: inout ModelConfiguration) {
      // A family or hidden layers stand for a file's list of layers; what would be one of its details is refused by
      // the run.
      if hidden != nil || self.model != nil { model.layers = nil }
      if let from { model.from = from }
      if let family = self.model { model.family = try? Checked.item(family, "", in: ModelFamilies.table) }
      if let hidden { model.hidden = hidden.units }
      if let activation { model.activation = try? Checked.item(activation, "", in: Activations.table) }
      if let dropout { model.dropout = dropout }
    }
  }
#endif
