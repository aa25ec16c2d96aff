package import ApusCore
public import ApusData

/// The purpose of a model: the loss that training minimizes, and what its outputs mean.
///
/// A model carries it, so that training, evaluation, predictions and files need not be told a loss again. `Model.fit` takes
/// it from the data where a model has none.
public struct Objective: Sendable {
  public var loss: any Loss
  /// The class names; the labels; or the names of the numbers, one an output.
  public var targets: TargetKind
  /// How numbers in their own unit became targets, one an output; empty for classes and labels.
  public var scales: [TargetScale]

  /// - Parameters:
  ///   - loss: softmax cross-entropy for classes, binary cross-entropy for labels and the squared error for numbers when
  ///     nil.
  ///   - scales: targets stand in their own unit when empty.
  public init(_ targets: TargetKind, loss: (any Loss)? = nil, scales: [TargetScale] = []) {
    self.targets = targets
    self.scales = scales
    self.loss =
      loss
      ?? {
        switch targets {
        case .classes: SoftmaxCrossEntropy()
        case .labels: BinaryCrossEntropy()
        case .values: SquaredError()
        }
      }()
  }

  /// Classes, with softmax cross-entropy unless another loss is given.
  public static func classes(_ names: [String], loss: (any Loss)? = nil) -> Objective {
    Objective(.classes(names: names), loss: loss)
  }

  /// Any of several independent labels, with binary cross-entropy unless another loss is given.
  public static func labels(_ names: [String], loss: (any Loss)? = nil) -> Objective {
    Objective(.labels(names: names), loss: loss)
  }

  /// Numbers, with the squared error unless another loss is given.
  public static func numbers(
    _ names: [String], scales: [TargetScale] = [], loss: (any Loss)? = nil
  ) -> Objective {
    Objective(.values(names: names), loss: loss, scales: scales)
  }

  /// The scale of the numbers; that of numbers in their own unit where there is none.
  package var scale: TargetScale { scales.first ?? TargetScale() }

  // MARK: Fit

  /// - Parameters:
  ///   - output: the shape of a model's main output for one sample.
  ///   - positions: the classes of one sample, as of ``Dataset/positions``.
  /// - Throws: when a last layer of such outputs does not fit, with the layer that would.
  package func check(output: [Int], positions: Int = 1) throws(ApusError) {
    let outputs = output.reduce(1, *)
    let isLabelled = loss.classTargets == .numbers
    switch targets {
    case .classes(let names) where positions > 1:
      let expected = [positions, names.count]
      guard isLabelled, output == expected else {
        throw ApusError(
          "the model outputs \(output), with the loss \(type(of: loss).name)",
          expected: "\(expected), positions and classes, with softmaxCrossEntropy")
      }
    case .classes(let names):
      let allowed = isLabelled || names.count != 2 ? [names.count] : [1, 2]
      guard allowed.contains(outputs) else {
        throw ApusError(
          "the model has \(outputs) outputs for \(names.count) classes",
          expected: allowed.map(String.init).joined(separator: " or "),
          fix: "end it with Dense(\(allowed[0]))")
      }
    case .labels(let names), .values(let names):
      guard !isLabelled else {
        let areLabels = if case .labels = targets { true } else { false }
        throw ApusError(
          "the loss \(type(of: loss).name) is for classes, and the targets are "
            + (areLabels ? "independent labels" : "numbers"),
          expected: areLabels ? BinaryCrossEntropy.name : SquaredError.name)
      }
      guard outputs == names.count else {
        throw ApusError(
          "the model has \(outputs) outputs for \(names.count) targets",
          fix: "end it with Dense(\(names.count))")
      }
    }
  }

  // MARK: Files

  /// The objective as a model's file holds it.
  var json: JSONValue {
    get throws(ApusError) {
      try Self.description(loss: loss.completeConfiguration, targets: targets, scales: scales)
    }
  }

  static func description(
    loss: JSONValue, targets: TargetKind, scales: [TargetScale]
  ) throws(ApusError) -> JSONValue {
    var members = [JSONMember("loss", loss), JSONMember("targets", try JSONCoding.encode(targets))]
    if !scales.isEmpty { members.append(JSONMember("scales", try JSONCoding.encode(scales))) }
    return .object(members)
  }

  /// - Parameter losses: losses of one's own.
  init(_ json: JSONValue, losses: [any Loss.Type]) throws(ApusError) {
    let name = "objective"
    guard let loss = json["loss"], let targets = json["targets"] else {
      throw ApusError("the objective is damaged", at: name, expected: "a loss and targets")
    }
    self.init(
      try JSONCoding.decode(TargetKind.self, from: targets, name: name),
      loss: try Losses.loss(loss, custom: losses),
      scales: try json["scales"].map { (value) throws(ApusError) in
        try JSONCoding.decode([TargetScale].self, from: value, name: name)
      } ?? [])
    guard scales.allSatisfy({ $0.mean.isFinite && $0.deviation.isFinite && $0.deviation > 0 }) else {
      throw ApusError("the targets' scale is damaged", at: name)
    }
  }
}

extension InputSchema {
  /// What numbers were scaled by; empty for classes and labels.
  package var scales: [TargetScale] {
    guard case .table(let table) = self, table.target.task == .regression else { return [] }
    return [TargetScale(mean: table.target.mean, deviation: table.target.deviation)]
  }
}
