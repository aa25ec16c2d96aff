public import ApusCore
import ApusData

/// A model's file: one `.safetensors` file with the weights under PyTorch's names and layouts, so that `load_state_dict`
/// works; in the metadata the architecture, the objective, the fitted preprocessing and the seed.
///
/// Nothing in the file depends on time, host, path, threads or instruction set.
extension Model {
  private static let formatVersion = 3

  // MARK: Writing

  /// Writes the file; an existing one is replaced only by a complete one.
  ///
  /// - Throws: when the folder or the disk does not allow it; the old file is then intact.
  public func save(to path: String) throws(ApusError) {
    if let problem { throw problem }
    try file().write(to: path)
  }

  /// The file's bytes.
  package func serialized() throws(ApusError) -> [UInt8] { try file().serialized() }

  private func file() throws(ApusError) -> SafeTensors {
    var file = SafeTensors()
    for parameter in parameters {
      let values = Array(storage.floats[parameter.range])
      let (tensor, shape) = parameter.specification.layout.stored(values, shape: parameter.shape)
      file.entries[parameter.path] = SafeTensors.Entry(tensor, shape: shape)
    }
    file.metadata["format"] = "pt"
    file.metadata["formatVersion"] = "\(Self.formatVersion)"
    file.metadata["architecture"] = try network.completeConfiguration().text()
    file.metadata["inputSpecifications"] = try JSONCoding.encode(inputs).text()
    file.metadata["seed"] = "\(seed)"
    if let objective { file.metadata["objective"] = try objective.json.text() }
    if let preprocessing { file.metadata["inputs"] = try preprocessing.jsonText() }
    if let trainedRows { file.metadata["trainedRows"] = trainedRows.text }
    if let shards { file.metadata["shards"] = "\(shards)" }
    return file
  }

  // MARK: Reading

  /// - Parameters:
  ///   - vocabulary: layers, networks and losses of your own, besides those of the tables. A file with a loss that isn't
  ///     known loads too, without an objective, and ``requireObjective()`` says why.
  /// - Throws: when the file cannot be read, is damaged, or does not describe a model; an error that names an unknown
  ///   layer.
  public init(
    contentsOf path: String, vocabulary: Vocabulary = .standard
  ) throws {
    do {
      try self.init(file: SafeTensors(contentsOf: path), vocabulary)
    } catch let error as ApusError {
      throw error.at(path)
    }
  }

  private init(file: SafeTensors, _ vocabulary: Vocabulary) throws {
    func metadata(_ key: String) throws -> String {
      guard let text = file.metadata[key] else {
        throw ApusError(
          "the file holds arrays but no “\(key)”", expected: "a model file that Apus wrote",
          fix: "train one with apus train")
      }
      return text
    }
    let version = file.metadata["formatVersion"].map { Int($0) ?? .max } ?? 1
    guard version <= Self.formatVersion else {
      throw ApusError(
        "the file has the format version \(file.metadata["formatVersion"] ?? "")",
        expected: "at most \(Self.formatVersion)", fix: "read it with a newer Apus")
    }
    let network = try Networks.network(
      StrictJSON.parse(metadata("architecture"), name: "architecture"), in: vocabulary)
    let key = "inputSpecifications"
    let inputs = try JSONCoding.decode(
      [InputSpecification].self, from: StrictJSON.parse(metadata(key), name: key), name: key)
    for input in inputs {
      guard input.shape.allSatisfy({ $0 > 0 && $0 < 1 << 24 }), input.shape.count <= 4 else {
        throw ApusError("the input shape \(input.shape) is damaged", expected: "lengths of at least 1")
      }
    }
    // Those of the file take their place: nothing is drawn.
    try self.init(inputs: inputs, seed: UInt64(file.metadata["seed"] ?? "") ?? 0, network: network) {
      [Float](repeating: 0, count: $0.count)
    }
    try loadWeights(file)
    shards = file.metadata["shards"].flatMap { Int($0) }
    trainedRows = try file.metadata["trainedRows"].map { text throws(ApusError) in try RowSketch(text) }
    var older: OlderModelFile?
    if let text = file.metadata["inputs"] {
      var description = try StrictJSON.parse(text, name: "inputs")
      if version < 3 {
        let read = try OlderModelFile(inputs: description)
        (older, description) = (read, read.inputs)
      }
      preprocessing = try InputSchema(description, name: "inputs")
    }
    if let preprocessing, preprocessing.inputShape != inputShape {
      throw ApusError(
        "the input schema makes \(preprocessing.inputShape)", expected: "\(inputShape), the model's input")
    }
    let objective: Objective
    if version == 1 {
      // Version 1 wrote softmax cross-entropy for a model of the library's whose loss was not given.
      guard let targets = older?.targets else {
        self = withoutObjective(
          ApusError(
            "the file of an older version names a loss that may have been a guess",
            expected: "the loss that the model was trained with",
            fix: "set model.objective, and save it again"))
        return
      }
      let loss: any Loss
      let description = try StrictJSON.parse(metadata("loss"), name: "loss")
      do throws(ApusError) {
        loss = try Losses.loss(description, in: vocabulary)
      } catch {
        self = withoutObjective(error)
        return
      }
      objective = Objective(targets.kind, loss: loss, scales: targets.scales)
    } else {
      guard let text = file.metadata["objective"] else { return }
      let description = try StrictJSON.parse(text, name: "objective")
      do throws(ApusError) {
        objective = try Objective(description, vocabulary: vocabulary)
      } catch {
        // A loss of somebody's own: the model computes all the same.
        self = withoutObjective(error)
        return
      }
    }
    self.objective = objective
    let positions = if case .text(let text)? = preprocessing { text.context } else { 1 }
    try objective.check(output: outputShape, positions: positions)
  }
}
