import Apus
import ApusCore
import ApusNN
import ApusRuns
import Testing

/// Planes through weight space, and the order in which a graph is gone through.
@Suite struct WeightPlaneTests {
  private func model() throws -> Model {
    try Model(input: [2], seed: 3) {
      Dense(4); BatchNorm(); Tanh(); Dense(1)
    }
  }

  /// A way that lies in a plane: so far along u, so far along v.
  private func path(_ model: Model, _ places: [(Float, Float)]) -> [[Float]] {
    let start = Array(model.storage.floats)
    return places.map { along, aside in
      var weights = start
      let (first, last) = (model.parameters.first!, model.parameters.last!)
      for place in first.range { weights[place] += along }
      for place in last.range { weights[place] += aside }
      // Running statistics go their own way.
      for parameter in model.parameters where parameter.specification.isState {
        for place in parameter.range { weights[place] += 100 * along }
      }
      return weights
    }
  }

  @Test func aFlatWayLiesInItsPlane() throws {
    let model = try model()
    let path = path(model, [(0, 0), (1, 0.5), (2, 0.25), (3, 1)])
    let plane = try #require(WeightPlane(path: path, of: model))
    #expect(abs(plane.explained.reduce(0, +) - 1) < 1e-6)
    #expect(plane.explained[0] > plane.explained[1])
    #expect(plane.origin == path[3])
    let arena = TensorStorage(model.storage.floats)
    for weights in path {
      let (a, b) = plane.coordinates(of: weights)
      plane.put(a, b, into: arena)
      for parameter in model.parameters {
        let expected = parameter.specification.isState ? path[3] : weights
        for place in parameter.range { #expect(abs(arena.floats[place] - expected[place]) < 1e-4) }
      }
    }
    let last = plane.coordinates(of: path[3])
    #expect(abs(last.a) < 1e-9 && abs(last.b) < 1e-9)
  }

  @Test func aWayThatIsNoneHasNoPlane() throws {
    let model = try model()
    #expect(WeightPlane(path: path(model, [(0, 0), (1, 1)]), of: model) == nil)
    #expect(WeightPlane(path: path(model, [(1, 1), (1, 1), (1, 1)]), of: model) == nil)
    #expect(WeightPlane(path: path(model, [(0, 0), (1, 0), (2, 0)]), of: model) == nil)
    #expect(WeightPlane(path: path(model, [(0, 0), (.infinity, 0), (2, 1)]), of: model) == nil)
    #expect(WeightPlane(path: [[1], [2], [4]] + path(model, [(0, 0)]), of: model) == nil)
  }

  /// The coordinates are those of the nearest point also where the directions are not at right angles.
  @Test func coordinatesInARandomPlane() throws {
    let model = try model()
    let plane = WeightPlane(random: model, seed: 5)
    let arena = TensorStorage(model.storage.floats)
    plane.put(0.25, -0.75, into: arena)
    let (a, b) = plane.coordinates(of: Array(arena.floats))
    #expect(abs(a - 0.25) < 1e-5 && abs(b + 0.75) < 1e-5)
    #expect(plane.coordinates(of: [1]).a.isNaN)
  }

  /// Forward each operation after its operands; backward each node after all that use it, as the lecture does
  /// f = (x + y) z.
  @Test func theOrderOfAGraph() throws {
    let (x, y, z): (Tensor, Tensor, Tensor) = (-2, 5, -4)
    let reading = try GraphReading(of: (x + y) * z, [("x", x), ("y", y), ("z", z)])
    #expect(reading.forwardOrder.map { reading.nodes[$0].name } == ["add", "multiply"])
    #expect(reading.backwardOrder.map { reading.nodes[$0].name } == ["multiply", "add", "z", "x", "y"])
  }

  /// A value that is used twice has its gradient after both.
  @Test func aSharedValueWaitsForBoth() throws {
    let x: Tensor = 3
    let square = x * x
    let reading = try GraphReading(of: (square + x.exp()) * square, [("x", x)])
    let order = reading.backwardOrder
    #expect(Set(order).count == order.count)
    for (place, node) in order.enumerated() {
      for (user, other) in reading.nodes.enumerated() where other.operands.contains(node) {
        #expect(order.firstIndex(of: user)! < place)
      }
    }
    #expect(order.count == reading.nodes.count)
    for (place, node) in reading.forwardOrder.enumerated() {
      for operand in reading.nodes[node].operands {
        #expect(
          reading.nodes[operand].operands.isEmpty || reading.forwardOrder[..<place].contains(operand))
      }
    }
  }
}
