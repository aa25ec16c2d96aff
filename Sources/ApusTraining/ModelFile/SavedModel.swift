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
  public var loss: any Loss

  public init(model: Model, schema: InputSchema?, loss: any Loss) {
    self.model = model
    self.schema = schema
    self.loss = loss
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
    file.metadata["loss"] = loss.configuration.text()
    if let schema { file.metadata["inputs"] = try schema.jsonText() }
    return file
  }

  // MARK: Reading

  /// - Parameter custom: layer and network types of your own, besides those of the tables.
  /// - Throws: when the file cannot be read, is damaged, or does not describe a model; an error that names an unknown
  ///   layer.
  public init(contentsOf path: String, custom: [any Network.Type] = []) throws {
    do {
      try self.init(file: SafeTensors(contentsOf: path), custom: custom)
    } catch let error as ApusError {
      throw error.at(path)
    }
  }

  private init(file: SafeTensors, custom: [any Network.Type]) throws {
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
    loss = try Losses.loss(StrictJSON.parse(metadata("loss"), name: "loss"))
    schema = try file.metadata["inputs"].map { try InputSchema(jsonText: $0, name: "inputs") }
    if let schema, schema.inputShape != model.inputShape {
      throw ApusError(
        "the input schema makes \(schema.inputShape)", expected: "\(model.inputShape), the model's input")
    }
  }
}

extension Model {
  /// Writes the model to a `.safetensors` file that PyTorch can load too.
  public func save(to path: String, loss: (any Loss)? = nil) throws {
    try SavedModel(model: self, schema: nil, loss: loss ?? SoftmaxCrossEntropy()).write(to: path)
  }

  /// - Throws: when the file cannot be read or does not describe a model.
  public init(contentsOf path: String, custom: [any Network.Type] = []) throws {
    self = try SavedModel(contentsOf: path, custom: custom).model
  }
}
