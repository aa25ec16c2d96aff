import Apus
import ApusCore
import ApusData
import Testing

@Suite struct ExcitationTests {
  private let data: TableDataset

  init() throws {
    let random = Philox(seed: 4, path: "excitation tests")
    data = try TableDataset(
      features: (0..<200).map { Float(random.normal(UInt64($0))) }, inputShape: [5],
      labels: (0..<40).map { Int32($0 % 3) }, names: ["a", "b", "c"])
  }

  /// A linear unit is excited most along its weights, and then by ‖w‖ r + b.
  @Test func linearUnits() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(4); ReLU(); Dense(3)
    }
    let reading = try ExcitationReading(model, layer: "0", units: [2, 0], on: data, length: 2)
    #expect(reading.units.map(\.number) == [2, 0] && reading.shape == [5])
    for unit in reading.units {
      let weights = (0..<5).map { Double(model["0.weight"]![$0 * 4 + unit.number]) }
      let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (found, weight) in zip(unit.input, weights) {
        #expect(abs(Double(found) - 2 * weight / norm) < 1e-3)
      }
      #expect(abs(Double(unit.excitation) - 2 * norm) < 1e-4)
    }
  }

  /// The data's samples are those with the largest output at the length, in order, and none is above what was found.
  @Test func samples() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(4); Tanh(); Dense(3)
    }
    let reading = try ExcitationReading(model, layer: "2", units: [1], on: data, samples: 40)
    let unit = try #require(reading.units.first)
    #expect(unit.samples.count == 40 && Set(unit.samples.map(\.number)).count == 40)
    #expect(zip(unit.samples, unit.samples.dropFirst()).allSatisfy { $0.excitation >= $1.excitation })
    #expect(unit.excitation >= unit.samples[0].excitation)
    let squares = data.features.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(reading.length - (squares / 40).squareRoot()) < 1e-6)
    for sample in unit.samples.prefix(3) {
      #expect(
        abs(sample.input.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() - reading.length) < 1e-4)
      let output = try model(Tensor([sample.input])).values()[1]
      #expect(abs(output - sample.excitation) < 1e-5)
      let row = Array(data.features[((sample.number - 1) * 5)..<(sample.number * 5)])
      #expect((sample.input[0] > 0) == (row[0] > 0))
    }
  }

  @Test func mistakes() throws {
    let model = try Model(input: [5], seed: 3) { Dense(3) }
    #expect(throws: ApusError.self) { try ExcitationReading(model, layer: "0", units: [3], on: data) }
    #expect(throws: ApusError.self) { try ExcitationReading(model, layer: "7", units: [0], on: data) }
    #expect(throws: ApusError.self) {
      try ExcitationReading(model, layer: "0", units: [0], on: data, length: 0)
    }
    let other = try Model(input: [4], seed: 3) { Dense(3) }
    #expect(throws: ApusError.self) { try ExcitationReading(other, layer: "0", units: [0], on: data) }
  }
}

@Suite struct AttentionReadingTests {
  private func sequences(_ count: Int, length: Int, width: Int) throws -> TableDataset {
    let random = Philox(seed: 2, path: "attention tests")
    return try TableDataset(
      features: (0..<(count * length * width)).map { Float(random.normal(UInt64($0))) },
      inputShape: [length, width], values: [Float](repeating: 0, count: count * length * width),
      names: (0..<(length * width)).map { "\($0)" })
  }

  /// The maps give the layer's own output: Σ A V, through the last product.
  @Test(arguments: [false, true]) func outputs(_ isCausal: Bool) throws {
    let (length, width, heads) = (4, 6, 2)
    let model = try Model(input: [length, width], seed: 5) {
      MultiHeadAttention(heads, isCausal: isCausal)
    }
    let data = try sequences(1, length: length, width: width)
    let layer = try #require(AttentionReading(model, on: data).layers.first)
    #expect(layer.path == "0" && layer.isCausal == isCausal && layer.maps.count == heads)
    for map in layer.maps {
      for (query, row) in map.enumerated() {
        #expect(abs(row.reduce(0, +) - 1) < 1e-6)
        if isCausal { #expect(row[(query + 1)...].allSatisfy { $0 == 0 }) }
      }
    }
    let (first, last) = (model["0.in_proj_weight"]!, model["0.out_proj.weight"]!)
    let expected = try model(Tensor(data.features, shape: [1, 4, 6])).values()
    for query in 0..<length {
      var mixed = [Double](repeating: 0, count: width)
      for column in 0..<width {
        for key in 0..<length {
          let value = (0..<width).reduce(0.0) {
            $0 + Double(data.features[key * width + $1]) * Double(first[$1 * 3 * width + 2 * width + column])
          }
          mixed[column] += layer.maps[column / (width / heads)][query][key] * value
        }
      }
      for column in 0..<width {
        let output = (0..<width).reduce(0.0) { $0 + mixed[$1] * Double(last[$1 * width + column]) }
        #expect(abs(output - Double(expected[query * width + column])) < 1e-5)
      }
    }
  }

  @Test func meansAndMistakes() throws {
    let attention = try Model(input: [4, 6], seed: 5) { MultiHeadAttention(1, isCausal: true) }
    let data = try sequences(1, length: 4, width: 6)
    var layer = try #require(AttentionReading(attention, on: data).layers.first)
    layer.maps = [[[1, 0], [0.75, 0.25]]]
    #expect(layer.mean(head: 0, before: 1) == 0.75 && layer.mean(head: 0, before: 0) == 0.625)
    let model = try Model(input: [4, 6], seed: 5) { Dense(6) }
    #expect(throws: ApusError.self) {
      try AttentionReading(model, on: sequences(2, length: 4, width: 6))
    }
  }
}
