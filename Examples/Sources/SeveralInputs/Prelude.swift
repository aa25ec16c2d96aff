import Apus

/// Two images through the same branch, and how far apart what it makes of them is.
struct Twins: Network {
  static let name = "twins"
  static let formula = "Σ (branch(left) − branch(right))²"
  var branch: Sequential

  init() { self.init(branch: Sequential()) }
  init(branch: Sequential) { self.branch = branch }

  func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
    let left = scope.call(branch, inputs["left"], named: "branch")
    let right = scope.call(branch, inputs["right"], named: "branch")  // the same parameters
    return ["distance": (left - right).square().sum(axes: [1], keepDimensions: true)]
  }
}

/// Pairs of digits: 0 apart where they show the same number, 1 elsewhere.
enum Pairs {
  static func make() throws -> (left: ImageDataset, right: ImageDataset, distance: [Float]) {
    let digits = try ImageSet.digits().training.normalized(.unit(white: 16))
    let count = 1_000
    func part(_ shift: Int) throws -> ImageDataset {
      let rows = (0..<count).map { $0 * (shift == 0 ? 1 : 3) + shift }
      return try ImageDataset(
        bytes: rows.flatMap { digits[$0].bytes }, inputShape: digits.inputShape,
        labels: rows.map { digits.labels[$0] },
        classNames: digits.classNames, normalization: digits.normalization)
    }
    let (left, right) = (try part(0), try part(17))
    return (left, right, zip(left.labels, right.labels).map { $0 == $1 ? 0 : 1 })
  }
}
let branch = Sequential([Flatten(), Dense(32), ReLU(), Dense(8)])
