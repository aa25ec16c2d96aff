import Apus

/// A least-squares line through points, by gradients alone.
func fittedLine() throws -> (slope: Float, intercept: Float, text: String) {
  let x = Tensor([[0], [1], [2], [3]])
  let y = Tensor([[1], [3], [5], [7]])
  var line = Tensor([0, 0])
  for _ in 0..<200 {
    let (_, slope) = try valueAndGradient(at: line) { line in
      let predicted = x * line.slice(axis: 0, 0..<1) + line.slice(axis: 0, 1..<2)
      return (predicted - y).square().mean()
    }
    line = line - 0.1 * slope
  }
  let found = try line.values()
  return (found[0], found[1], "\(Tensor([[1, 2], [3, 4]]) * 0.5)")
}
