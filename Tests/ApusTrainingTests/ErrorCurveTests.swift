import Apus
import ApusCore
import Testing

@Suite struct ErrorCurveTests {
  private func iris(_ epochs: Int = 30) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.model.hidden = [6]
    configuration.training.epochs = epochs
    configuration.training.seed = 2
    return configuration
  }

  /// Every place is trained for as many steps as all rows are; few rows are learned by heart, and more rows err less.
  @Test func rows() throws {
    let curve = try ErrorCurve(rows: [90, 4], of: iris(), seeds: 4)
    #expect(curve.axis == .rows && curve.measure == "error" && curve.outputs == 3)
    #expect(curve.places.map(\.size) == [4, 90] && curve.rows == 90 && curve.heldRows > 10)
    #expect(curve.places.allSatisfy { $0.parameters == 4 * 6 + 6 + 6 * 3 + 3 })
    #expect(curve.places.allSatisfy { $0.held.values.count == 4 && $0.training.values.count == 4 })
    #expect(curve.places[0].held.mean > curve.places[1].held.mean)
    let again = try ErrorCurve(rows: [4, 90], of: iris(), seeds: 4)
    #expect(again.places.map(\.held.values) == curve.places.map(\.held.values))
    let errors = curve.places[0].held
    let mean = errors.values.reduce(0, +) / 4
    let squares = errors.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(abs(errors.standardError - (squares / 12).squareRoot()) < 1e-12)
    let whole = try ErrorCurve(of: iris(1), seeds: 1)
    #expect(whole.places.map(\.size) == [whole.rows / 4, whole.rows / 2, whole.rows])
  }

  /// Parameters grow with the units as the layers have it, and a network of one unit errs more.
  @Test func units() throws {
    var configuration = iris(40)
    configuration.model.hidden = [3, 3]
    let curve = try ErrorCurve(units: [1, 8], of: configuration, rows: 60, seeds: 3)
    #expect(curve.axis == .units && curve.rows == 60)
    #expect(
      curve.places.map(\.parameters) == [1, 8].map { 4 * $0 + $0 + $0 * $0 + $0 + 3 * $0 + 3 })
    #expect(curve.places[1].training.mean < curve.places[0].training.mean)
  }

  @Test func numbers() throws {
    var fish = RunConfiguration()
    fish.data.source = "fish"
    fish.training.epochs = 3
    #expect(try ErrorCurve(rows: [50], of: fish, seeds: 1).measure == "rmse")
  }

  @Test func mistakes() throws {
    #expect(throws: ApusError.self) { try ErrorCurve(rows: [0], of: iris()) }
    #expect(throws: ApusError.self) { try ErrorCurve(rows: [1_000], of: iris()) }
    #expect(throws: ApusError.self) { try ErrorCurve(rows: [10], of: iris(), seeds: 0) }
    var solved = RunConfiguration()
    solved.data.source = "fish"
    solved.model.family = LinearRegression()
    #expect(throws: ApusError.self) { try ErrorCurve(rows: [50], of: solved) }
    var unjudged = RunConfiguration()
    unjudged.data.source = "xor"
    #expect(throws: ApusError.self) { try ErrorCurve(rows: [4], of: unjudged) }
    var layers = iris()
    (layers.model.hidden, layers.model.layers) = (nil, Sequential([Dense(3)]))
    #expect(throws: ApusError.self) { try ErrorCurve(units: [4], of: layers) }
  }
}
