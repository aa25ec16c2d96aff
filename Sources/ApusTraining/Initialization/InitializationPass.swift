public import ApusCore
public import ApusData
public import ApusNN

/// Sets a network's first weights by what they do to a batch of data.
///
/// An ``Initializer`` sees one parameter at a time; this sees the signals that go through the whole network. Adding
/// one costs a file with a conforming type, and a line of ``InitializationPasses/table``.
public protocol InitializationPass: Named {
  /// New weights for the layers of a pass, from the input to the output.
  ///
  /// - Throws: when a layer's output has no variety, or is not finite.
  func prepare(_ pass: LayerPass) throws
}

extension Model {
  /// The model with first weights that suit its data; the same bits with any number of threads.
  ///
  /// ```swift
  /// model = try model.prepared(with: .lsuv, on: split.training)
  /// ```
  ///
  /// - Parameter rows: how many samples are looked at, drawn by the model's seed.
  /// - Throws: when the samples do not fit the model; what the preparation throws.
  public func prepared(
    with preparation: some InitializationPass, on training: any Dataset, rows: Int = 256,
    engine: Engine? = nil
  ) throws -> Model {
    guard training.count > 0 else { throw ApusError("first weights for no samples", expected: "at least 1") }
    try check(training, readsTargets: false)
    let order = Philox(seed: seed, path: "prepare").permutation(training.count)
    let pass = try LayerPass(
      self, batch: training.batch(Array(order.prefix(max(rows, 1)))), engine: engine ?? Engine.standard())
    try preparation.prepare(pass)
    return pass.model
  }
}
