import ApusCore
import ApusNN
import Testing

/// A mistake in the shapes is an error that says where, what was expected and what would fix it.
@Suite struct ModelErrorTests {
  /// The error of a model.
  private func error(_ body: () throws -> Model) throws -> ApusError {
    do {
      _ = try body()
    } catch let error as ApusError {
      return error
    }
    throw ApusError("the model was built")
  }

  @Test func denseWithoutUnits() throws {
    let line = #line + 4
    let error = try error {
      try Model(input: [4]) {
        Dense(3)
        Dense(0)
      }
    }
    #expect(error.place == "layer 1 (dense) at ApusNNTests/ModelErrorTests.swift:\(line)")
    #expect(error.problem == "dense with 0 units")
    #expect(error.expected == "at least 1")
  }

  @Test func denseOnASampleWithoutAxes() throws {
    let error = try error { try Model(input: []) { Dense(3) } }
    #expect(error.description.contains("layer 0 (dense) at ApusNNTests/ModelErrorTests.swift:"))
    #expect(
      error.description.contains("dense on [rows]; expected [rows, …, inputs] (put a Flatten before it)"))
  }

  /// Dense works along the last axis, so that it serves sequences: on an image it takes the channels.
  @Test func denseOnAnImageTakesItsLastAxis() throws {
    let model = try Model(input: [28, 28, 3]) { Dense(10) }
    #expect(model.outputShape == [28, 28, 10])
    #expect(model.parameters.map(\.shape) == [[3, 10], [10]])
    let flat = try Model(input: [28, 28, 3]) {
      Flatten()
      Dense(10)
    }
    #expect(flat.outputShape == [10])
    #expect(flat.parameters[0].shape == [28 * 28 * 3, 10])
  }

  @Test func residualOfAnotherWidth() throws {
    let line = #line + 4
    let error = try error {
      try Model(input: [4]) {
        Dense(8)
        Residual {
          Dense(8)
          Dense(9)
        }
      }
    }
    #expect(error.place == "layer 1 (residual) at ApusNNTests/ModelErrorTests.swift:\(line)")
    #expect(error.problem == "residual layers turn [rows, 8] into [rows, 9]")
    #expect(error.expected == "the shape of the input")
    #expect(error.fix?.contains("as many units as come in") == true)
  }

  @Test func innerLayersHaveTheirOwnPlace() throws {
    let line = #line + 5
    let error = try error {
      try Model(input: [4]) {
        Residual {
          ReLU()
          Dropout(1.5)
        }
      }
    }
    #expect(error.place == "layer 0.1 (dropout) at ApusNNTests/ModelErrorTests.swift:\(line)")
  }

  @Test(arguments: [1.5, 1, -0.1, .nan])
  func dropoutRate(_ rate: Double) throws {
    let error = try error { try Model(input: [4]) { Dropout(rate) } }
    #expect(error.problem == "dropout with the rate \(rate)")
    #expect(error.expected == "0 ≤ rate < 1")
  }

  @Test func theFirstMistakeIsReported() throws {
    let error = try error {
      try Model(input: [4]) {
        Dropout(2)
        Dense(0)
        Dropout(3)
      }
    }
    #expect(error.problem == "dropout with the rate 2.0")
  }

  @Test(arguments: [[0], [3, -1], [2, 0, 2]])
  func inputShape(_ shape: [Int]) throws {
    let error = try error { try Model(input: shape) { Dense(1) } }
    #expect(error.description == "a model for the input “input” of \(shape); expected lengths of at least 1")
  }

  @Test func hugeInputsAreErrors() throws {
    let error = try error {
      try Model(input: [1 << 40, 1 << 40]) {
        Flatten()
        Dense(1)
      }
    }
    #expect(error.expected == "at most 2³⁴ numbers a sample")
  }

  @Test func hugeLayersAreErrors() throws {
    // 2⁶⁰ weights do not fit into any memory.
    let error = try error { try Model(input: [1 << 30]) { Dense(1 << 30) } }
    #expect(error.place?.hasPrefix("layer 0 (dense)") == true)
  }
}
