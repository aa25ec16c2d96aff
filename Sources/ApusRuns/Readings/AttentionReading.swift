public import ApusCore
public import ApusData
public import ApusNN

/// The weights by which each position of a sequence looks at the others, head by head, on average over samples (lectures 3
/// and 4 on attention; Vaswani et al. 2017).
///
/// A = softmax(Q Kᵀ / √size), the mean over the samples; each row of a map is of sum 1.
///
/// ```swift
/// let attention = try AttentionReading(model, on: text.validation, samples: 64)
/// print(attention.layers[0].maps[1][5])      // what position 5 looks at in the second head
/// ```
public struct AttentionReading: Sendable {
  /// An attention layer.
  public struct Layer: Sendable {
    /// The layer's path: `0.blocks.0.attention`.
    public var path: String
    /// A Boolean value that indicates whether a position sees only itself and those before it.
    public var isCausal: Bool
    /// `[heads][length][length]`: of a head, what each position (first) takes from each other one (second).
    public var maps: [[[Double]]]

    /// The weight that a head gives to the place a number of positions before, on average over the positions that have one.
    public func mean(head: Int, before distance: Int) -> Double {
      let map = maps[head]
      let seen = map.indices.filter { map.indices.contains($0 - distance) }
      return seen.reduce(0.0) { $0 + map[$1][$1 - distance] } / Double(max(seen.count, 1))
    }
  }

  /// The positions of a sequence.
  public let length: Int
  /// The samples of the mean.
  public let samples: Int
  /// The attention layers in the network's order.
  public let layers: [Layer]

  /// - Parameter samples: at most so many of the data set's first ones.
  /// - Throws: when the model has no attention, or the data don't fit it or are empty.
  public init(_ model: Model, on dataset: any Dataset, samples: Int = 64, engine: Engine? = nil) throws {
    let call = try TracedCall(model, mode: .inference, hasLoss: false)
    let found = call.traced.layers.compactMap { record in
      (record.layer as? MultiHeadAttention).map { (path: record.path, layer: $0, input: record.input.shape) }
    }
    guard let first = found.first else {
      throw ApusError(
        "the model has no attention", expected: "a layer multiHeadAttention, as gpt has them")
    }
    length = first.input[1].size
    self.samples = min(max(samples, 1), dataset.count)
    guard self.samples > 0 else { throw ApusError("there are no samples to read attention on") }
    let compiled = try model.compiled(
      outputs: found.map { .layerInput($0.path) }, batch: self.samples, engine: engine)
    let results = try compiled(dataset.batch(Array(0..<self.samples)))
    layers = try found.map { item in
      Layer(
        path: item.path, isCausal: item.layer.isCausal,
        maps: try Self.maps(model, item.path, item.layer, results[.layerInput(item.path)]))
    }
  }

  private static func maps(
    _ model: Model, _ path: String, _ layer: MultiHeadAttention, _ input: Tensor
  ) throws -> [[[Double]]] {
    let (rows, length, width) = (input.shape[0].size, input.shape[1].size, input.shape[2].size)
    let (heads, size) = (layer.heads, width / layer.heads)
    guard let weight = model["\(path).in_proj_weight"] else {
      throw ApusError("the model has no parameter \"\(path).in_proj_weight\"")
    }
    var packed = input.matmul(Tensor(weight, shape: TensorShape([width, 3 * width])))
    if let bias = model["\(path).in_proj_bias"] { packed = packed + Tensor(bias) }
    let parts = packed.reshape(TensorShape([rows, length, 3, heads, size]))
    func part(_ index: Int) -> Tensor {
      parts.slice(axis: 2, index..<(index + 1)).reshape(TensorShape([rows, length, heads, size]))
        .transposed([0, 2, 1, 3])
    }
    var scores = part(0).matmul(part(1), transposeRight: true) * Tensor(1 / Double(size).squareRoot())
    if layer.isCausal {
      let positions = (0..<length).map { Int32($0) }
      scores = select(
        Tensor(positions) .<= Tensor(positions, shape: TensorShape([length, 1])), scores,
        Tensor(-Float.infinity))
    }
    let values = try scores.softmax().values()
    var maps = [[[Double]]](
      repeating: Array(repeating: Array(repeating: 0, count: length), count: length), count: heads)
    for row in 0..<rows {
      for head in 0..<heads {
        for query in 0..<length {
          let start = ((row * heads + head) * length + query) * length
          for key in 0..<length { maps[head][query][key] += Double(values[start + key]) / Double(rows) }
        }
      }
    }
    return maps
  }
}
