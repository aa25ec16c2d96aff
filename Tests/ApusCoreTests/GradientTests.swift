import ApusCore
import TestSupport
import Testing

@Suite struct GradientTests {
  @Test func independentInputsHaveZeros() throws {
    let x = Tensor([1, 2, 3] as [Float])
    let y = Tensor([4.0, 5], shape: [2, 1])
    let result = gradients(of: x.square().sum(), withRespectTo: [x, y])
    #expect(try result[0].values() == [2, 4, 6])
    #expect(result[1].shape == [2, 1])
    #expect(try result[1].values() == [0, 0])
  }

  @Test func independentInputsHaveZerosInPlansToo() throws {
    let x = Tensor.input("x", TensorType([.rows, 3]))
    let y = Tensor.input("y", TensorType([.rows, 2]))
    let result = gradients(of: x.square().sum(), withRespectTo: [x, y])
    let graph = try Graph(inputs: [x, y], outputs: result)
    let executable = try Engine.standard().compile(graph, rows: 4)
    let outputs = executable.outputs(of: [[1, 2, 3, 4, 5, 6], []], rows: 2)
    #expect(outputs == [[2, 4, 6, 8, 10, 12], [0, 0, 0, 0]])
  }

  @Test func nothingFlowsThroughStopGradientAndIntegers() throws {
    let x = Tensor([1, 2, 3] as [Float])
    #expect(try gradients(of: (x.stopGradient() * x).sum(), withRespectTo: [x])[0].values() == [1, 2, 3])
    #expect(try gradients(of: x.floor().sum(), withRespectTo: [x])[0].values() == [0, 0, 0])
  }

  @Test func gradientOfAnInputItself() throws {
    let x = Tensor([1, 2, 3] as [Float])
    #expect(try gradients(of: x, withRespectTo: [x])[0].values() == [1, 1, 1])
    #expect(try gradients(of: x, withRespectTo: [x, x]).map { try $0.values() } == [[1, 1, 1], [1, 1, 1]])
    #expect(
      try gradients(of: x * x, withRespectTo: [x], upstream: Tensor([1, 10, 100] as [Float]))[0].values() == [
        2, 40, 600,
      ])
  }

  /// Means divide by the rows that are there, in gradients too.
  @Test func meansFollowTheRows() throws {
    let x = Tensor.input("x", TensorType([.rows, 2]))
    let mean = x.mean()
    let graph = try Graph(inputs: [x], outputs: [mean] + gradients(of: mean, withRespectTo: [x]))
    let executable = try Engine.standard().compile(graph, rows: 10)
    #expect(executable.outputs(of: [[1, 2, 3, 6]], rows: 2) == [[3], [0.25, 0.25, 0.25, 0.25]])
    #expect(executable.outputs(of: [[1, 2]], rows: 1) == [[1.5], [0.5, 0.5]])
  }
}
