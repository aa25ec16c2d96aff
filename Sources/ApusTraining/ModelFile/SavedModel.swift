public import ApusCore
public import ApusData
public import ApusNN

/// A model with everything that its use needs: how inputs are made from raw data, what the outputs mean.
///
/// One `.safetensors` file holds it: the weights under PyTorch's names and layouts, so that `load_state_dict` works;
/// in the metadata the architecture, the input schema with the fitted preprocessing, the loss and the seed.
/// Nothing in the file depends on time, host, path, threads or instruction set.
public struct SavedModel: Sendable {
  public var model: Model
  /// How raw data becomes inputs; nil for a model that takes arrays.
  public var schema: InputSchema?
  /// What the outputs were trained with; nil where the file does not say it, or names a loss that isn't known here.
  public var loss: (any Loss)?
  /// Why ``loss`` is nil in a file that names one.
  private var lossProblem: ApusError?

  public init(model: Model, schema: InputSchema?, loss: (any Loss)?) {
    self.model = model
    self.schema = schema
    self.loss = loss
  }

  /// The loss, for whatever cannot do without: what outputs mean hangs on it.
  ///
  /// - Throws: where the file does not say it, or names one that isn't known here.
  public func requireLoss() throws(ApusError) -> any Loss {
    if let loss { return loss }
    throw lossProblem
      ?? ApusError(
        "the model file does not say which loss the model was trained with",
        expected: "one of \(Losses.table.names.joined(separator: ", "))",
        fix: "save it with model.save(to: path, loss: …)")
  }

  // MARK: Writing

  /// Writes the file; an existing one is replaced only by a complete one.
  ///
  /// - Throws: when the folder or the disk does not allow it; the old file is then intact.
  public func write(to path: String) throws(ApusError) { try file().write(to: path) }

  /// The file's bytes.
  package func serialized() throws(ApusError) -> [UInt8] { try file().serialized() }

  private func file() throws(ApusError) -> SafeTensors {
    var file = SafeTensors()
    for parameter in model.parameters {
      let values = Array(model.storage.floats[parameter.range])
      let (tensor, shape) = parameter.specification.layout.stored(values, shape: parameter.shape)
      file.entries[parameter.path] = SafeTensors.Entry(tensor, shape: shape)
    }
    file.metadata["format"] = "pt"
    file.metadata["architecture"] = model.network.configuration.text()
    file.metadata["inputSpecifications"] = try JSONCoding.encode(model.inputs).text()
    file.metadata["seed"] = "\(model.seed)"
    // None is better than a guess.
    if let loss { file.metadata["loss"] = loss.configuration.text() }
    if let schema { file.metadata["inputs"] = try schema.jsonText() }
    return file
  }

  // MARK: Reading

  /// - Parameters:
  ///   - custom: layer and network types of your own, besides those of the tables.
  ///   - losses: losses of your own. A file with a loss that isn't known loads too, and ``requireLoss()`` throws.
  /// - Throws: when the file cannot be read, is damaged, or does not describe a model; an error that names an unknown
  ///   layer.
  public init(
    contentsOf path: String, custom: [any Network.Type] = [], losses: [any Loss.Type] = []
  ) throws {
    do {
      try self.init(file: SafeTensors(contentsOf: path), custom: custom, losses: losses)
    } catch let error as ApusError {
      throw error.at(path)
    }
  }

  private init(file: SafeTensors, custom: [any Network.Type], losses: [any Loss.Type]) throws {
    func metadata(_ key: String) throws -> String {
      guard let text = file.metadata[key] else {
        throw ApusError(
          "the file holds arrays but no “\(key)”", expected: "a model file that Apus wrote",
          fix: "train one with apus train")
      }
      return text
    }
    let network = try Networks.network(
      StrictJSON.parse(metadata("architecture"), name: "architecture"), custom: custom)
    let key = "inputSpecifications"
    let inputs = try JSONCoding.decode(
      [InputSpecification].self, from: StrictJSON.parse(metadata(key), name: key), name: key)
    for input in inputs {
      guard input.shape.allSatisfy({ $0 > 0 && $0 < 1 << 24 }), input.shape.count <= 4 else {
        throw ApusError("the input shape \(input.shape) is damaged", expected: "lengths of at least 1")
      }
    }
    let seed = UInt64(file.metadata["seed"] ?? "") ?? 0
    // Those of the file take their place: nothing is drawn.
    var model = try Model(inputs: inputs, seed: seed, network: network) {
      [Float](repeating: 0, count: $0.count)
    }
    try model.loadWeights(file)
    self.model = model
    if let text = file.metadata["loss"] {
      let description = try StrictJSON.parse(text, name: "loss")
      do throws(ApusError) {
        loss = try Losses.loss(description, custom: losses)
      } catch {
        lossProblem = error
      }
    }
    schema = try file.metadata["inputs"].map { try InputSchema(jsonText: $0, name: "inputs") }
    if let schema, schema.inputShape != model.inputShape {
      throw ApusError(
        "the input schema makes \(schema.inputShape)", expected: "\(model.inputShape), the model's input")
    }
  }
}

extension Model {
  /// Writes the model to a `.safetensors` file that PyTorch can load too.
  ///
  /// - Parameter loss: what it was trained with. Without it the file does not say what the outputs mean, and evaluating
  ///   or predicting from the file is an error.
  public func save(to path: String, loss: (any Loss)? = nil) throws {
    try SavedModel(model: self, schema: nil, loss: loss).write(to: path)
  }

  /// - Throws: when the file cannot be read or does not describe a model.
  public init(contentsOf path: String, custom: [any Network.Type] = []) throws {
    self = try SavedModel(contentsOf: path, custom: custom).model
  }
}
