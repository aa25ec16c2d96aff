public import ApusCore
public import ApusData
import ApusNN
public import ApusTraining
import Yams

/// Everything that decides a training run, as `config.yaml` holds it. What is nil is chosen from the data.
public struct RunConfiguration: Sendable, Codable, Equatable {
  public var data = DataConfiguration()
  public var model = ModelConfiguration()
  public var training = TrainingConfiguration()
  /// What `apus search` varies; of no account to a run.
  public var search = SearchConfiguration()

  public init() {}
}

/// Which data, and how it is read and divided.
public struct DataConfiguration: Sendable, Codable, Equatable {
  /// A path, `-`, or a built-in name.
  public var source: String?
  /// The column to predict: its name, or its number counted from 1.
  public var target: String?
  /// Several columns to predict, each of them an independent label.
  public var targets: [String]?
  /// What stands between the labels of a cell, where one column holds several.
  public var labelSeparator: String?
  /// The column that says how much each row counts: its name, or its number counted from 1. It is no input.
  public var weights: String?
  public var task: LearningTask?
  public var header: Bool?
  public var delimiter: String?
  /// `"."` or `","`.
  public var decimalMark: String?
  /// Columns that are not inputs.
  public var leaveOut: [String]?
  /// What numbers are brought to, those of images channel by channel: `standardize`, `center`, `minMax` or `none`; of
  /// images also `meanImage`.
  public var scaling: NumberScaling.Kind?
  /// What is done to the features of a table, one step after the other: `[polynomial, {pca: {components: 10}}]`.
  public var features: [JSONValue]?
  /// The part of the rows that early stopping looks at.
  public var validation: Double?
  /// The part of the rows that is looked at once, at the end.
  public var test: Double?
  /// For cross-validation: into how many folds the rows are divided, and which of them, counted from 1, is the test part.
  public var folds: Int?
  public var fold: Int?
  /// The characters of a text's windows.
  public var context: Int?
  /// A file of test rows instead.
  public var testData: String?
  /// Of generated sets.
  public var rows: Int?
  public var noise: Double?

  public init() {}
}

/// The network: a family with its parameters, or the list of layers. Hidden layers in short are parameters of the family.
public struct ModelConfiguration: Sendable, Codable, Equatable {
  /// One of ``ModelFamilies/table``: it decides what is not given, the layers too.
  public var family: JSONValue?
  /// A model file to begin with: its preprocessing, its layers, and its weights wherever path and shape agree.
  public var from: String?
  public var hidden: [Int]?
  public var activation: JSONValue?
  public var dropout: Double?
  public var layers: JSONValue?

  public init() {}
}

/// How it is trained.
public struct TrainingConfiguration: Sendable, Codable, Equatable {
  public var loss: JSONValue?
  public var optimizer: JSONValue?
  /// A pass over the data that sets the first weights: `lsuv`.
  public var prepare: JSONValue?
  public var learningRate: Double?
  public var schedule: JSONValue?
  public var epochs: Int?
  /// Steps altogether, in the place of epochs: the last epoch may be cut.
  public var steps: Int?
  public var batch: Int?
  public var l2: Double?
  public var l1: Double?
  public var maxNorm: Double?
  public var clipNorm: Double?
  public var clipValue: Double?
  /// Parameters with a rate or penalties of their own, or frozen, by path.
  public var groups: [ParameterGroup]?
  /// Batches whose gradients are averaged before each update.
  public var accumulate: Int?
  /// What is done at random to the images of a training batch, one step after the other: `[{shift: 2}, horizontalFlip]`.
  public var augment: [JSONValue]?
  /// Weights of the same loss on further outputs of the network, by name.
  public var auxiliary: [String: Double]?
  /// Epochs without a better validation loss after which training stops; 0 never stops.
  public var earlyStopping: Int?
  /// Which epoch's weights are kept: `best`, with the lowest validation loss, or `last`.
  public var keep: KeptEpoch?
  /// How the model is an average: `{seeds: 5}`, `{snapshots: 3}`, `{checkpoints: 5}`, `{movingAverage: 0.999}`.
  public var ensemble: JSONValue?
  /// Training stops after an epoch in which Σ |W − W before| is at most this.
  public var goal: Double?
  public var seed: UInt64?
  /// Steps from one checkpoint to the next; by time when nil.
  public var checkpointEvery: Int?

  public init() {}
}

extension RunConfiguration {
  /// Reads a configuration file.
  ///
  /// - Throws: when the file cannot be read, is no YAML, or has a key that is not known, with the nearest one.
  public static func load(yaml path: String) throws -> RunConfiguration {
    let text = try FileBytes.text(of: path)
    do {
      return try parse(yaml: text, name: path)
    } catch let error as ApusError {
      throw error.at(path)
    } catch {
      throw ApusError("not YAML: \(error)", at: path)
    }
  }

  static func parse(yaml text: String, name: String = "configuration") throws -> RunConfiguration {
    guard let node = try Yams.compose(yaml: text) else { return RunConfiguration() }
    return try RunConfiguration(JSONValue(yaml: node), name: name)
  }

  /// - Throws: when a key is not known, with the nearest one, or a value is of another type.
  init(_ value: JSONValue, name: String) throws {
    guard case .object(let sections) = value else {
      throw ApusError(
        "a configuration is a list of keys", expected: Self.sections.map(\.name).joined(separator: ", "))
    }
    for section in sections {
      guard let keys = Self.sections.first(where: { $0.name == section.key })?.keys else {
        throw Self.unknown(section.key, "section", Self.sections.map(\.name))
      }
      guard case .object(let members) = section.value else {
        if section.value == .null { continue }
        throw ApusError("“\(section.key)” is a section", expected: keys.joined(separator: ", "))
      }
      for member in members where !keys.contains(member.key) {
        throw Self.unknown("\(section.key).\(member.key)", "key", keys.map { "\(section.key).\($0)" })
      }
    }
    let filled = Self.sections.map { section in
      JSONMember(section.name, value[section.name].flatMap { $0 == .null ? nil : $0 } ?? .object([]))
    }
    self = try JSONCoding.decode(RunConfiguration.self, from: .object(filled), name: name)
  }

  private static let sections: [(name: String, keys: [String])] = [
    ("data", keys(DataConfiguration())), ("model", keys(ModelConfiguration())),
    ("training", keys(TrainingConfiguration())), ("search", keys(SearchConfiguration())),
  ]

  /// Every key, as in `training.learningRate`.
  package static var allKeys: [String] {
    sections.flatMap { section in section.keys.map { "\(section.name).\($0)" } }
  }

  /// Whether a dotted key, as in `training.learningRate` or `training.optimizer.adam.beta1`, is a configuration's.
  ///
  /// - Throws: when it is not, with the nearest one. What stands below a known key is left to whoever reads it.
  static func checkKey(_ key: String, at place: String) throws(ApusError) {
    let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let all = allKeys.filter { !$0.hasPrefix("search.") }
    guard parts.count >= 2, all.contains(parts[..<2].joined(separator: ".")), !parts.contains("") else {
      throw unknown(key, "key", all).at(place)
    }
  }

  private static func keys(_ section: Any) -> [String] {
    Mirror(reflecting: section).children.compactMap(\.label)
  }

  private static func unknown(_ key: String, _ kind: String, _ known: [String]) -> ApusError {
    ApusError(
      "unknown \(kind) “\(key)”", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: key, in: known))
  }

  /// The file's text; what is nil is not in it.
  public func yaml() throws -> String {
    let value: JSONValue
    if case .object(let sections) = try JSONCoding.encode(self) {
      value = .object(sections.filter { $0.value != .object([]) })
    } else {
      value = .object([])
    }
    return try Yams.serialize(node: value.yaml, sortKeys: false)
  }
}

extension JSONValue {
  init(yaml node: Node) throws {
    switch node {
    case .mapping(let mapping):
      self = .object(
        try mapping.map { key, value in
          guard let name = key.string else { throw ApusError("a key is a name") }
          return JSONMember(name, try JSONValue(yaml: value))
        })
    case .sequence(let sequence):
      self = .array(try sequence.map { try JSONValue(yaml: $0) })
    case .scalar(let scalar):
      if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
        self = .string(scalar.string)
      } else if node.null != nil {
        self = .null
      } else if let bool = node.bool {
        self = .bool(bool)
      } else if let integer = Int(scalar.string) {
        self = .integer(integer)
      } else if let integer = UInt64(scalar.string) {
        self = .integer(integer)
      } else if let number = Double(scalar.string), number.isFinite {
        self = .double(number)
      } else {
        self = .string(scalar.string)
      }
    case .alias:
      throw ApusError("aliases are not known here", fix: "write the value out")
    }
  }

  var yaml: Node {
    switch self {
    case .null: Node("null")
    case .bool(let value): Node(value ? "true" : "false")
    case .number(let digits): Node(digits)
    case .string(let text): Node(text, .implicit, needsQuotes(text) ? .doubleQuoted : .any)
    case .array(let values): Node(values.map(\.yaml), .implicit, values.allSatisfy(\.isScalar) ? .flow : .any)
    case .object(let members): Node(members.map { (Node($0.key), $0.value.yaml) })
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// Text that would read back as something else.
  private func needsQuotes(_ text: String) -> Bool {
    Double(text) != nil
      || ["", "~", "null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
  }
}
