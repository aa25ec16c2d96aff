import ApusCore
public import ApusNN
public import ApusTraining

/// The network: a family with its parameters, or the list of layers. The section `model` of a configuration.
///
/// Hidden layers in short are parameters of the family. What each setting is stands in ``settings``.
public struct ModelConfiguration: SettingGroup {
  public static let section = "model"
  /// Units of a hidden layer.
  static let units = 1...1 << 20

  public var family: (any ModelFamily)?
  public var from: String?
  public var hidden: [Int]?
  public var activation: (any Layer)?
  public var dropout: Double?
  public var layers: (any Network)?

  public static let settings: [Setting<ModelConfiguration>] = [
    Setting(
      "family", \.family, .item(ModelFamilies.table),
      "A kind of model with all that goes with it.", unlessGiven: ModelFamilies.defaultName, flag: "model",
      ends: [\.layers]),
    Setting(
      "from", \.from, .text.placeholder("model").files("safetensors"),
      "A trained model to go on from: its preprocessing, layers and weights. A target of its own gets an output "
        + "layer of its own."),
    Setting(
      "hidden", \.hidden, .counts(from: units.lowerBound, to: units.upperBound).placeholder("units"),
      "Units of the hidden layers: 64,64, or none.", unlessGiven: "chosen from the number of rows",
      instead: [\.layers]),
    Setting(
      "activation", \.activation,
      .item(HiddenActivations.table),
      "The activation between the hidden layers.", unlessGiven: "relu"),
    Setting(
      "dropout", \.dropout, .number(from: 0, below: 1).placeholder("p"),
      "The part of the hidden units that is left out in each step.",
      unlessGiven: "chosen with the hidden layers"),
    Setting(
      "layers", \.layers,
      .sequence("layer", [], read: Networks.network) { $0 },
      "All layers instead of a model's, as in '[{dense: 64}, relu, {dense: 1}]'.", unlessGiven: "the model's",
      instead: [\.hidden, \.activation, \.dropout]),
  ]

  public init() {}
}
