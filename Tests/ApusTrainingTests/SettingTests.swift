import Apus
import Testing

/// The tables of settings, and what follows from them.
@Suite struct SettingTests {
  /// A section's names, flags, values and how it reads them.
  struct Section: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let properties, names: [String]
    let flags: [String?]
    let helps: [String]
    let readsWhatItWrites: @Sendable (JSONValue) throws -> Bool

    init<Group: SettingGroup>(_ group: Group.Type) {
      testDescription = Group.section
      properties = Mirror(reflecting: Group()).children.compactMap(\.label)
      names = Group.settings.map(\.name)
      flags = Group.settings.map(\.flag)
      helps = Group.settings.map(\.help)
      readsWhatItWrites = { json in
        let group = try Group(json: json)
        return try group.json.text() == json.text() && Group(json: group.json) == group
          && JSONCoding.decode(Group.self, from: JSONCoding.encode(group)) == group && group != Group()
      }
    }
  }

  static let sections = [
    Section(DataConfiguration.self), Section(ModelConfiguration.self), Section(Recipe.self),
    Section(SearchConfiguration.self),
  ]

  /// Each property has its line, and each line its property.
  @Test(arguments: sections)
  func everyPropertyIsASetting(_ section: Section) {
    #expect(section.properties == section.names)
    #expect(section.helps.allSatisfy { $0.hasSuffix(".") })
  }

  @Test func flagsAreDifferent() {
    let flags = Self.sections.flatMap { $0.flags.compactMap { $0 } }
    #expect(Set(flags).count == flags.count)
    #expect(flags.contains("learning-rate") && flags.contains("l2") && flags.contains("search-seed"))
    #expect(flags.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber } })
  }

  @Test(arguments: [
    (
      0,
      #"{"source": "a.csv", "target": "y", "leaveOut": ["a", "b"], "task": "multi-label", "header": false}"#
    ),
    (
      0,
      #"{"features": ["polynomial", {"pca": {"components": 3}}], "folds": 5, "fold": 2, "scaling": "minMax"}"#
    ),
    (1, #"{"family": {"ridge": {"lambda": 3}}, "hidden": [4, 5], "activation": "tanh", "dropout": 0.25}"#),
    (1, #"{"layers": [{"dense": {"units": 4}}, "relu"]}"#),
    (
      2,
      #"{"epochs": 3, "optimizer": {"adam": {"beta1": 0.8}}, "schedule": ["warmup", "cosine"], "keep": "last"}"#
    ),
    (
      2,
      #"{"loss": {"softmaxCrossEntropy": {"classWeights": [1, 2]}}, "seed": 18446744073709551615, "l2": 0.5}"#
    ),
    (
      2,
      #"{"freeze": ["0"], "groups": [{"path": "2", "rate": 0.1, "l2": 0.25}], "auxiliary": {"helper": 0.3}}"#
    ),
    (3, #"{"over": {"training.l2": {"uniform": [0, 1]}, "model.hidden": [[4], [5]]}, "method": "grid"}"#),
  ])
  func readsWhatItWrites(_ section: Int, _ text: String) throws {
    #expect(try Self.sections[section].readsWhatItWrites(StrictJSON.parse(text, name: "settings")))
  }

  /// One alone where a list is meant, `none` for no hidden layers, numbers for columns: as flags take them.
  @Test func shortForms() throws {
    let data = try DataConfiguration(json: StrictJSON.parse(#"{"target": 3, "leaveOut": "a"}"#, name: "data"))
    #expect(data.target == "3" && data.leaveOut == ["a"])
    #expect(try ModelConfiguration(json: StrictJSON.parse(#"{"hidden": 8}"#, name: "m")).hidden == [8])
    #expect(try ModelConfiguration(json: StrictJSON.parse(#"{"hidden": "none"}"#, name: "m")).hidden == [])
    #expect(
      try DataConfiguration(json: StrictJSON.parse(#"{"delimiter": "tab"}"#, name: "d")).delimiter == "\t")
  }

  @Test func theUpperLayerGoesFirst() throws {
    let lower = Recipe(epochs: 50, batch: 8, optimizer: Adam(beta1: 0.8), keep: .last)
    let both = lower.overlay(Recipe(batch: 16, seed: 3))
    #expect(both == Recipe(epochs: 50, batch: 16, optimizer: Adam(beta1: 0.8), keep: .last, seed: 3))
    #expect(lower.overlay(Recipe()) == lower && Recipe().overlay(lower) == lower)
    #expect(both.description.hasPrefix("epochs: 50, batch: 16, optimizer: {\"adam\":{\"beta1\":0.8}}"))
    // What stands in the place of another takes it.
    #expect(lower.overlay(Recipe(steps: 100)).epochs == nil)
    var layers = ModelConfiguration()
    layers.layers = Sequential([Dense(3)])
    var hidden = ModelConfiguration()
    (hidden.family, hidden.hidden) = (MLP(), [4])
    #expect(layers.overlay(hidden).layers == nil && hidden.overlay(layers).hidden == nil)
    #expect(hidden.overlay(layers).family is MLP)
  }

  /// One check with one message, wherever a value comes from; the place is where it was given.
  @Test(arguments: [
    ("training", "batch", "0", "0 is out of range", "a whole number, 1 or more, or all"),
    ("training", "epochs", "1.5", "1.5 isn't a whole number", "a whole number, 0 or more"),
    ("training", "learningRate", "-1", "-1 is out of range", "a number: 0 or more"),
    ("training", "clipNorm", "0", "0 is out of range", "a number: more than 0"),
    ("training", "keep", "bst", "“bst” isn't one of the choices", "best or last"),
    ("model", "dropout", "7", "7 is out of range", "a number: 0 or more, and less than 1"),
    (
      "model", "hidden", "[4, 0]", "0 is out of range",
      "whole numbers from 1 to 1048576, as in 64,64, or none"
    ),
    ("data", "validation", "1", "1 is out of range", "a number: 0 or more, and less than 1"),
    ("data", "delimiter", "xy", "“xy” isn't a delimiter", "a single character, tab or space"),
  ])
  func oneCheck(_ section: String, _ key: String, _ value: String, _ problem: String, _ expected: String)
    throws
  {
    let folder = try TemporaryFolder()
    let file = try folder.write("c.yaml", "\(section): {\(key): \(value)}\n")
    func error(_ body: () throws -> Void) throws -> ApusError {
      try #require(throws: ApusError.self, performing: body)
    }
    let fromFile = try error { _ = try RunConfiguration.load(yaml: file) }
    #expect(fromFile.problem == problem && fromFile.expected == expected)
    #expect(fromFile.place == "\(file), \(section).\(key)")
    let search = try folder.write("s.yaml", "search: {over: {\(section).\(key): [\(value)]}}\n")
    let fromSearch = try error { _ = try ConfigurationFile(contentsOf: search) }
    #expect(fromSearch.problem == problem && fromSearch.expected == expected)
    #expect(fromSearch.place == "search.over.\(section).\(key)")
  }

  /// A program's value is checked as a file's.
  @Test func programsAreChecked() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.learningRate = .infinity
    #expect(
      message { _ = try RunPlan(configuration, folder: folder.path("a")) }
        == "training.learningRate: inf is out of range; expected a number: 0 or more")
    configuration.training = Recipe(epochs: 3, steps: 4)
    #expect(
      message { _ = try RunPlan(configuration, folder: folder.path("a")) }
        .hasPrefix("training.epochs: training.steps is given too; expected one of the two"))
    var model = try Model(input: [2], seed: 1) { Dense(1) }
    let data = try Samples.values(10)
    #expect(
      message { _ = try model.fit(data, settings: TrainingSettings(Recipe(batch: 0))) }
        == "training.batch: 0 is out of range; expected a whole number, 1 or more, or all")
  }

  /// Without shuffling the seed of a session decides nothing more, and the order is the rows'.
  @Test func rowsInTheirOrder() throws {
    let data = try Samples.values(50)
    let model = try Model(for: data, seed: 1) { Dense(1) }
    func trained(_ recipe: Recipe) throws -> [UInt32] {
      var model = model
      try model.fit(
        data, settings: TrainingSettings(Recipe(epochs: 2, batch: 8, optimizer: SGD()).overlay(recipe)))
      return model.bits
    }
    #expect(try trained(Recipe(shuffle: false, seed: 1)) == trained(Recipe(shuffle: false, seed: 2)))
    #expect(try trained(Recipe(seed: 1)) != trained(Recipe(seed: 2)))
    #expect(try trained(Recipe(shuffle: true, seed: 1)) == trained(Recipe(seed: 1)))
    var step = try TrainingSession(
      model, training: data, validation: nil,
      settings: TrainingSettings(Recipe(batch: 8, optimizer: SGD(), learningRate: 0, shuffle: false)),
      engine: .standard())
    let loss = try step.runStep()
    step = try TrainingSession(
      model, training: data.subset(Array(0..<8)), validation: nil,
      settings: TrainingSettings(Recipe(batch: 8, optimizer: SGD(), learningRate: 0)), engine: .standard())
    #expect(try abs(step.runStep() - loss) < 1e-5)
  }

  /// Each setting of a run says who set it.
  @Test func reasonsNameWhoSaysSo() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("c.yaml", "data: {source: iris}\ntraining: {epochs: 2, batch: 25}\n")
    var configuration = try RunConfiguration.load(yaml: file)
    configuration.lay(Recipe(learningRate: 0.02), over: \.training) { "--\($0.flag!)" }
    configuration.training.batch = 30
    let plan = try RunPlan(configuration, folder: folder.path("run"))
    func why(_ key: String) -> String? { plan.reasons.settings.first { $0.key == key }?.why }
    #expect(why("training.epochs") == "\(file), training.epochs")
    #expect(why("training.learningRate") == "--learning-rate")
    // It was changed after the file was read.
    #expect(why("training.batch") == "set in the program")
    #expect(why("training.optimizer") == "the default of mlp for 105 rows")
    #expect(why("data.target") == "found in the data" && why("training.seed") == "the default")
    #expect(
      plan.reasons.settings.first { $0.key == "training.batch" }?.description
        == "training.batch 30: set in the program"
    )
  }
}
