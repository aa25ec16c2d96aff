import ApusData
package import ApusNN

extension Model {
  /// The path of the last layer with weights before the output; of the output where there is none.
  package var lastHiddenLayer: String {
    let weighted = summary.filter { !weights(of: $0.path).isEmpty }.map(\.path)
    return weighted.dropLast().last ?? weighted.last ?? ""
  }

  /// The first units of a layer; of a layer of maps the one in the middle of each of the first maps.
  package func someUnits(of path: String, most: Int) -> [Int] {
    guard let shape = summary.last(where: { $0.path == path })?.outputShape, let width = shape.last else {
      return [0]
    }
    let first =
      shape.count == 3 ? ((shape[0] / 2) * shape[1] + shape[1] / 2) * width : 0
    return (0..<min(width, most)).map { first + $0 }
  }

  /// The names of a table's features; empty for other data.
  package var featureNames: [String] {
    if case .table(let table)? = preprocessing { table.featureNames } else { [] }
  }
}
