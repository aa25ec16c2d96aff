import ApusCore
import ApusNN
import Testing

@Suite struct ModelTests {
  @Test func namesAndLayouts() throws {
    let model = try Model(input: [6, 5, 2], seed: 1) {
      Flatten()
      Dense(8)
      ReLU()
      Residual {
        Dense(8, hasBias: false)
        Tanh()
      }
      Dense(3)
    }
    #expect(model.parameters.map(\.path) == ["1.weight", "1.bias", "3.0.weight", "4.weight", "4.bias"])
    #expect(model.parameters.map(\.shape) == [[60, 8], [8], [8, 8], [8, 3], [3]])
    #expect(
      model.parameters.map(\.specification.layout) == [
        .transposedFromImage(height: 6, width: 5, channels: 2), .same, .transposed, .transposed, .same,
      ])
    #expect(model.parameters.map(\.specification.isDecayed) == [true, false, true, true, false])
    #expect(model.parameterCount == 60 * 8 + 8 + 64 + 24 + 3)
    #expect(model.outputShape == [3])
  }

  @Test func addingALayerLeavesTheOthersWeights() throws {
    let short = try Model(input: [7], seed: 9) {
      Dense(5)
      Dense(4)
    }
    let long = try Model(input: [7], seed: 9) {
      Dense(5)
      Dense(4)
      ReLU()
      Dense(300)
    }
    for path in ["0.weight", "0.bias", "1.weight", "1.bias"] { #expect(short[path] == long[path]) }
    #expect(long["3.weight"]?.count == 1200)
  }

  @Test func aModelIsAValue() throws {
    let first = try Model(input: [2], seed: 1) { Dense(2) }
    var second = first
    try second.set("0.weight", to: [1, 2, 3, 4])
    let short = #expect(throws: ApusError.self) { try second.set("0.bias", to: [1]) }
    #expect(short?.problem == "1 values for the parameter \"0.bias\"")
    #expect(short?.expected == "2, for its shape [2]")
    let unknown = #expect(throws: ApusError.self) { try second.set("0.weights", to: [1]) }
    #expect(unknown?.problem == "the model has no parameter \"0.weights\"")
    #expect(unknown?.fix == "did you mean “0.weight”?")
    #expect(second["0.weight"] == [1, 2, 3, 4])
    #expect(second["0.bias"] == [0, 0])
    #expect(first["0.weight"] != [1, 2, 3, 4])
    #expect(first["9.weight"] == nil)
  }

  @Test func buildersTakeConditionsAndLoops() throws {
    func layers(_ depth: Int, regularized: Bool) -> Sequential {
      Sequential {
        for width in 0..<depth {
          Dense(10 + width)
          if regularized { Dropout(0.1) }
        }
        if depth > 1 {
          ReLU()
        } else {
          Tanh()
        }
      }
    }
    func names(_ layers: Sequential) -> [String] { layers.items.map { type(of: $0.layer).name } }
    #expect(names(layers(2, regularized: true)) == ["dense", "dropout", "dense", "dropout", "relu"])
    #expect(names(layers(1, regularized: false)) == ["dense", "tanh"])
    #expect(names(layers(0, regularized: true)) == ["tanh"])
    #expect(names(Sequential {}) == [])
  }

  @Test func aModelWithoutLayersPassesItsInput() throws {
    let model = try Model(input: [3]) {}
    #expect(model.parameterCount == 0)
    #expect(try Predictor(model).predict([1, 2, 3]) == [1, 2, 3])
  }

  @Test func settingsAreFoundByPath() throws {
    let model = try Model(input: [3]) {
      Dense(4)
      Dropout(0.25)
    }
    #expect(model.settings == ["1.rate": 0.25])
  }

  @Test func summaryCountsParametersAndWork() throws {
    let model = try Model(input: [20]) {
      Dense(10)
      ReLU()
      Dense(3)
    }
    #expect(model.summary.map(\.path) == ["0", "1", "2"])
    #expect(model.summary.map(\.outputShape) == [[10], [10], [3]])
    #expect(model.summary.map(\.parameterCount) == [210, 0, 33])
    #expect(model.summary.map(\.floatingPointOperations) == [2 * 200 + 10, 10, 2 * 30 + 3])
  }

  @Test func summaryCountsEveryParameterOnce() throws {
    let model = try Model(input: [4]) {
      Residual {
        Dense(4)
        Sequential { Dense(4) }
      }
      Dense(2)
    }
    #expect(model.summary.reduce(0) { $0 + $1.parameterCount } == model.parameterCount)
    #expect(model.parameters.map(\.path).contains("0.1.0.weight"))
  }
}
