import ApusCore
import ApusData

extension Model: CustomStringConvertible {
  /// The model in a table: what goes in, each layer with its output and parameters, and what it is for.
  ///
  /// ```
  /// input [4]
  /// path  layer   output  parameters
  /// 0     dense   [16]            80
  /// 1     relu    [16]             0
  /// 2     dense   [3]             51
  /// 131 parameters, softmaxCrossEntropy on 3 classes (setosa, versicolor, virginica)
  /// ```
  public var description: String {
    let rows =
      [["path", "layer", "output", "parameters"]]
      + summary.map { [$0.path, $0.name, "\($0.outputShape)", Self.grouped($0.parameterCount)] }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max()! }
    let lines = rows.map { row in
      (0..<4).map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 3 ? space + row[column] : row[column] + space
      }.joined(separator: "  ")
    }
    let inputs = inputs.map {
      "\($0.name) \($0.shape)\($0.scalar == .float32 ? "" : " \($0.scalar.rawValue)")"
    }
    let purpose =
      objective.map { ", \(type(of: $0.loss).name) on \($0.targets.words)" } ?? ", without an objective"
    return
      ([inputs.joined(separator: ", ")] + lines + ["\(Self.grouped(parameterCount)) parameters\(purpose)"])
      .joined(separator: "\n")
  }

  /// `12,345`
  private static func grouped(_ count: Int) -> String {
    var digits = String(count)
    var end = digits.endIndex
    while let place = digits.index(end, offsetBy: -3, limitedBy: digits.startIndex), place > digits.startIndex
    {
      digits.insert(",", at: place)
      end = place
    }
    return digits
  }
}
