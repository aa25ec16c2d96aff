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
  /// The scales by which numbers in their own unit became targets, one for each output; empty for classes and labels.
  public var scales: [TargetScale]
  /// The thresholds that outputs must exceed: one for each label, or one for the second of two classes. Empty where the
  /// loss decides: one half for probabilities.
  public var thresholds: [Double]

  /// - Parameters:
  ///   - loss: softmax cross-entropy for classes, binary cross-entropy for labels and the squared error for numbers when
  ///     nil.
  ///   - scales: targets stand in their own unit when empty.
  ///   - thresholds: the loss' own when empty.
  public init(
    _ targets: TargetKind, loss: (any Loss)? = nil, scales: [TargetScale] = [], thresholds: [Double] = []
  ) {
    self.targets = targets
    self.scales = scales
    self.thresholds = thresholds
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
  ///
  /// - Parameter threshold: of two classes, what the second's probability must exceed; one half when nil.
  public static func classes(
    _ names: [String], loss: (any Loss)? = nil, threshold: Double? = nil
  ) -> Objective {
    Objective(.classes(names: names), loss: loss, thresholds: threshold.map { [$0] } ?? [])
  }

  /// Any of several independent labels, with binary cross-entropy unless another loss is given.
  ///
  /// - Parameter thresholds: what the probability of each must exceed; one half when empty.
  public static func labels(
    _ names: [String], loss: (any Loss)? = nil, thresholds: [Double] = []
  ) -> Objective {
    Objective(.labels(names: names), loss: loss, thresholds: thresholds)
  }

  /// Numbers, with the squared error unless another loss is given.
  public static func numbers(
    _ names: [String], scales: [TargetScale] = [], loss: (any Loss)? = nil
  ) -> Objective {
    Objective(.values(names: names), loss: loss, scales: scales)
  }

  /// The encoding of the targets: what they are, and how they became numbers.
  package var encoding: TargetEncoding { TargetEncoding(targets, scales: scales) }

  /// The scale of an output's numbers; that of numbers in their own unit where there is none.
  package func scale(of output: Int) -> TargetScale {
    scales.indices.contains(output) ? scales[output] : TargetScale()
  }

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
          "the model has \(counted(outputs, "output")) for \(counted(names.count, "class", "classes"))",
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
          "the model has \(counted(outputs, "output")) for \(counted(names.count, "target"))",
          fix: "end it with Dense(\(names.count))")
      }
    }
  }

  // MARK: Files

  private static let name = "objective"

  /// The objective as a model's file holds it.
  var json: JSONValue {
    get throws(ApusError) {
      try checkDescription()
      var members = [
        JSONMember("loss", try loss.completeConfiguration()),
        JSONMember("targets", try JSONCoding.encode(targets)),
      ]
      if !scales.isEmpty { members.append(JSONMember("scales", try JSONCoding.encode(scales))) }
      if !thresholds.isEmpty { members.append(JSONMember("thresholds", try JSONCoding.encode(thresholds))) }
      return .object(members)
    }
  }

  init(_ json: JSONValue, vocabulary: Vocabulary) throws(ApusError) {
    guard let loss = json["loss"], let targets = json["targets"] else {
      throw ApusError("the objective is damaged", at: Self.name, expected: "a loss and targets")
    }
    func list<Element: Decodable>(_ key: String, of type: Element.Type) throws(ApusError) -> [Element] {
      guard let value = json[key] else { return [] }
      return try JSONCoding.decode([Element].self, from: value, name: Self.name)
    }
    self.init(
      try JSONCoding.decode(TargetKind.self, from: targets, name: Self.name),
      loss: try Losses.loss(loss, in: vocabulary), scales: try list("scales", of: TargetScale.self),
      thresholds: try list("thresholds", of: Double.self))
    try checkDescription()
  }

  /// Checks what the types cannot express: a program, or a document from elsewhere, may hold anything.
  private func checkDescription() throws(ApusError) {
    let names = targets.names
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ApusError(
        "\(counted(names.count, "target")) named \(names.prefix(8))", at: Self.name,
        expected: "a name of its own for each")
    }
    var allowed = [0]
    switch targets {
    case .values: allowed.append(names.count)
    case .classes, .labels: break
    }
    guard allowed.contains(scales.count),
      scales.allSatisfy({ $0.mean.isFinite && $0.deviation.isFinite && $0.deviation > 0 })
    else {
      throw ApusError(
        "the targets' scales are damaged", at: Self.name,
        expected: "for numbers one each, of a deviation above 0")
    }
    allowed =
      switch targets {
      case .classes where names.count == 2: [0, 1]
      case .labels: [0, names.count]
      case .classes, .values: [0]
      }
    guard allowed.contains(thresholds.count), thresholds.allSatisfy(\.isFinite) else {
      throw ApusError(
        "\(counted(thresholds.count, "threshold")) for \(targets.words)", at: Self.name,
        expected: "one for each label, or one for two classes")
    }
  }
}
