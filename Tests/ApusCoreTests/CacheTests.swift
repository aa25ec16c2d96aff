import ApusCore
import TestSupport
import Testing

/// How the caches are used changes no bit of a result.
@Suite struct CacheTests {
  /// Of processors in use, and such as there are none: of a single way, and larger than any operand.
  static let descriptions = ["32k/8,512k/8", "48k/12,2048k/16", "4k/1,16k/2", "128k/8,16384k/16"]

  /// Every description on every instruction set, and on 1, 2 and 3 threads.
  private func engines() throws -> [Engine] {
    try Self.descriptions.flatMap { text in
      let caches = try CacheSizes(parsing: text)
      return try everyEngine().map {
        try Engine(instructionSet: $0.instructionSet, threads: $0.threads, caches: caches)
      }
    }
  }

  private func expectSameBits(_ graph: Graph, _ values: [[Float]], rows: Int) throws {
    let expected = try Engine(instructionSet: .portable, threads: 1).compile(graph, rows: rows)
      .outputs(of: values, rows: rows)
    for engine in try engines() {
      let outputs = try engine.compile(graph, rows: rows).outputs(of: values, rows: rows)
      for (position, output) in outputs.enumerated() {
        #expect(
          areSameBits(output, expected[position]),
          "output \(position), \(engine.instructionSet), \(engine.threads) threads, \(engine.caches)")
      }
    }
  }

  private func values(_ shapes: [[Int]]) -> [[Float]] {
    shapes.enumerated().map { position, shape in
      let philox = Philox(seed: 11, stream: UInt64(position))
      return (0..<shape.reduce(1, *)).map { Float(philox.uniform(UInt64($0)) - 0.5) }
    }
  }

  /// Rows a multiple of 4 KB apart, a chain and more of terms, few rows and few columns; forward and both gradients.
  @Test(arguments: [[128, 1024, 256], [64, 4500, 32], [200, 72, 1030], [7, 512, 512], [600, 64, 520]])
  func productsAreTheSame(_ sizes: [Int]) throws {
    let x = Tensor.input("x", TensorType([.rows, Dimension(sizes[1])]))
    let w = Tensor.input("w", TensorType([Dimension(sizes[1]), Dimension(sizes[2])]))
    let y = x.matmul(w)
    let loss = y.square().mean()
    let graph = try Graph(inputs: [x, w], outputs: [y] + gradients(of: loss, withRespectTo: [x, w]))
    try expectSameBits(graph, values([[sizes[0], sizes[1]], [sizes[1], sizes[2]]]), rows: sizes[0])
  }

  @Test func convolutionsAreTheSame() throws {
    let shapes = [[5, 17, 14, 3], [3, 3, 3, 40], [5, 5, 40, 6]]
    let image = Tensor.input("image", TensorType([.rows, 17, 14, 3]))
    let weights = shapes.dropFirst().map { shape in
      Tensor.input("weights", TensorType(TensorShape(shape)))
    }
    let first = image.convolved(with: weights[0], padding: Margins(1)).relu()
    let second = first.convolved(with: weights[1], stride: 2)
    let graph = try Graph(
      inputs: [image] + weights,
      outputs: [second] + gradients(of: second.square().mean(), withRespectTo: [image] + weights))
    try expectSameBits(graph, values(shapes), rows: 5)
  }

  @Test func aTrainingStepIsTheSame() throws {
    let step = try TrainingGraph([784, 256, 100, 10])
    try expectSameBits(step.graph, step.values(rows: 100), rows: 100)
  }

  @Test func descriptionsAreRead() throws {
    let caches = try CacheSizes(parsing: "48k/12,1024k/16")
    #expect([caches.first.kilobytes, caches.first.ways] == [48, 12])
    #expect([caches.second.kilobytes, caches.second.ways] == [1024, 16])
  }

  /// Nothing, one level, no ways, no unit, a whole cache in fewer lines than ways, the second smaller than the first.
  @Test(arguments: [
    "", "32k/8", "32k/0,512k/8", "32/8,512k/8", "1k/17,512k/8", "64k/8,32k/8", "-1k/8,512k/8",
    "9999999999k/8,9999999999k/8",
  ])
  func otherTextIsAnError(_ text: String) {
    let error = #expect(throws: ApusError.self) { try CacheSizes(parsing: text) }
    #expect(error?.description.contains("APUS_CACHE") == true)
  }
}
