import ApusCore
import ApusData
import ApusNN

/// A trained model that a run begins with (fine-tuning): its preprocessing, its layers and its weights.
///
/// Inputs are made as they were for the model, and the fit is not repeated. Where the target is another one than the
/// model's, the last dense layer begins anew, with as many units as the target needs.
struct Pretrained {
  let model: Model
  let place: String

  /// - Throws: when the file cannot be read or does not say how its inputs are made.
  init(contentsOf path: String) throws {
    model = try Model(contentsOf: path)
    place = path
    guard model.preprocessing != nil else {
      throw ApusError(
        "the model file does not say how its inputs are made", at: path,
        expected: "a model that apus train wrote")
    }
  }

  /// Returns the mapping from images to inputs, the same as for the model.
  ///
  /// - Throws: when the model is for tables.
  func imagePreprocessing() throws(ApusError) -> ImageDataset.Preprocessing {
    guard case .images(let preprocessing)? = model.preprocessing else {
      throw ApusError("the model was trained on a table, and this is a set of images", at: place)
    }
    return preprocessing
  }

  /// The model's classes, where all of some images' are among them.
  func classes(including names: [String]) -> [String]? {
    guard case .classes(let known)? = model.objective?.targets, names.allSatisfy(known.contains) else {
      return nil
    }
    return known
  }

  /// Fits the mapping from a table's rows to inputs, the same as for the model; the target is the new one.
  ///
  /// - Throws: when the model is for images, or takes the target as an input.
  func fit(_ task: TableTask, _ rows: Split.TrainingRows) throws(ApusError) -> FittedTable {
    guard case .table(let preprocessing)? = model.preprocessing else {
      throw ApusError("the model was trained on images, and this is a table", at: place)
    }
    do throws(ApusError) {
      return try task.fit(rows, inputsOf: preprocessing, targets: model.objective?.encoding)
    } catch {
      throw error.at(place)
    }
  }

  /// Returns the mapping from a text to inputs, the same as for the model.
  ///
  /// - Throws: when the model is not for texts, or sees another number of characters.
  func preprocessing(ofText given: DataConfiguration) throws(ApusError) -> TextPreprocessing {
    guard case .text(let preprocessing)? = model.preprocessing else {
      throw ApusError("the model was not trained on a text, and this is one", at: place)
    }
    guard given.context ?? preprocessing.context == preprocessing.context else {
      throw ApusError(
        "windows of \(given.context!) characters for a model of \(preprocessing.context)", at: "data.context",
        fix: "leave it out")
    }
    return preprocessing
  }

  /// The model's layers for a number of outputs, where the target is another one.
  ///
  /// - Throws: when it cannot be told which layer puts them out.
  func network(for targets: TargetKind, outputs: Int) throws(ApusError) -> any Network {
    guard targets != model.objective?.targets else { return model.network }
    guard let output = model.outputLayer else {
      throw ApusError(
        "the target is another one than the model's, and it cannot be told which layer puts it out",
        at: place,
        fix:
          "write the layers in the configuration's model.layers; weights of the same path and shape are taken"
      )
    }
    var dense = output.layer
    dense.units = outputs
    return output.replaced(dense)
  }

  /// A model with the weights of this one wherever path and shape agree. Of another target's output layer none are
  /// taken.
  ///
  /// - Returns: also a line for the user.
  /// - Throws: when nothing agrees.
  func start(_ model: Model, for targets: TargetKind) throws(ApusError) -> (model: Model, line: String) {
    var left = ""
    if targets != self.model.objective?.targets, let output = model.outputLayer { left = output.path + "." }
    let (started, anew) = model.taking(weightsOf: self.model) { left.isEmpty || !$0.path.hasPrefix(left) }
    guard anew.count < model.parameters.count else {
      throw ApusError(
        "no parameter of the model has the path and shape of one in the file", at: place,
        expected: self.model.parameters.prefix(8).map { "\($0.path) \($0.shape)" }.joined(separator: ", "))
    }
    let line =
      "weights of \(place)" + (anew.isEmpty ? "" : "; \(anew.joined(separator: ", ")) begin anew")
    return (started, line)
  }

  /// A hash of the weights, for telling whether a checkpoint belongs to them.
  var fingerprint: UInt64 {
    var hash = StableHasher()
    for value in self.model.storage.floats { hash.add(UInt64(value.bitPattern)) }
    return hash.value
  }
}
