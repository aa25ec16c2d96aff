package import ApusCore

/// A function of one or two numbers on which descent is shown: the lectures' parabola, a ravine, positive inputs.
package struct DescentFunction: Sendable {
  package let name: String
  /// The function, as a caption says it.
  package let formula: String
  /// The first place.
  package let start: [Double]
  /// What is drawn of each coordinate.
  package let ranges: [ClosedRange<Double>]
  /// The values whose contour lines are drawn.
  package let levels: [Double]
  /// A learning rate with which plain descent comes to the minimum without haste.
  package let rate: Double
  /// J from the coordinates of a place, element by element.
  package let value: @Sendable ([Tensor]) -> Tensor

  /// Every one, by its name.
  package static let all = [
    DescentFunction(
      name: "parabola", formula: "J = (2 − w)² + (3 − 2 w)² + (7 − 3 w)²", start: [0], ranges: [-1...4.5],
      levels: [], rate: 0.06
    ) { w in (2 - w[0]).square() + (3 - 2 * w[0]).square() + (7 - 3 * w[0]).square() },
    DescentFunction(
      name: "ravine", formula: "J = ½ (w₁² + 100 w₂²)", start: [10, 1], ranges: [-4...11, -1.2...1.2],
      levels: [1, 5, 20, 60], rate: 0.018
    ) { w in 0.5 * (w[0].square() + 100 * w[1].square()) },
    DescentFunction(
      name: "positiveInputs", formula: "J = ½ E (w x − x₁ + x₂)², x₁ and x₂ in [0, 1]", start: [0, 0],
      ranges: [-0.5...1.5, -1.5...0.5], levels: [0.003, 0.01, 0.03, 0.1, 0.3], rate: 3
    ) { w in
      // The curvature of such inputs: I/12 + ¼ 1 1ᵀ.
      let (first, second) = (w[0] - 1, w[1] + 1)
      return (first.square() + second.square()) / 24 + (first + second).square() / 8
    },
    DescentFunction(
      name: "rosenbrock", formula: "J = (1 − w₁)² + 10 (w₂ − w₁²)²", start: [-1.2, 1],
      ranges: [-1.6...1.6, -0.6...1.8], levels: [0.3, 1, 4, 12, 30], rate: 0.01
    ) { w in (1 - w[0]).square() + 10 * (w[1] - w[0].square()).square() },
    DescentFunction(
      name: "saddle", formula: "J = ½ (w₁² − w₂²) + ⅛ w₂⁴", start: [1.8, 0.02],
      ranges: [-2.2...2.2, -2.2...2.2], levels: [-0.45, -0.3, -0.1, 0, 0.3, 1, 2], rate: 0.1
    ) { w in 0.5 * (w[0].square() - w[1].square()) + w[1].square().square() / 8 },
  ]

  /// - Throws: for an unknown name, with the nearest.
  package static func named(_ name: String) throws(ApusError) -> DescentFunction {
    if let found = all.first(where: { $0.name == name }) { return found }
    let names = all.map(\.name)
    throw ApusError(
      "no function is called “\(name)”", expected: names.joined(separator: ", "),
      fix: Spelling.suggestion(for: name, in: names))
  }
}
