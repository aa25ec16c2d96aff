import ApusCore
import ApusData

/// Predictions, one row for each row of the data, in order.
package struct PredictionTable: Sendable {
  /// Class names, or numbers in original units, of several `[rows, numbers]`; of labels those that apply, with | between them.
  package var predictions: [String]
  /// The names of the numbers; empty for classes and labels.
  package var numberNames: [String] = []
  /// The probability of the predicted class; empty for regression.
  package var probabilities: [Double]
  /// For classification the classes' names and `[rows, classes]` probabilities, for labels theirs.
  package var classNames: [String]
  package var classProbabilities: [Double]
  /// For labels `[rows, labels]`: whether each applies; empty for classes and numbers.
  package var decisions: [Bool] = []
  /// Over passes with dropout, the standard deviation of each row's probability or numbers, of each label's probability;
  /// empty without such passes.
  package var deviations: [Float] = []
  package var notes: [String]
  /// The file of each row, where each is a picture of its own; else empty.
  package var files: [String] = []

  /// The rows that were predicted.
  package var count: Int { predictions.count / max(numberNames.count, 1) }

  /// Columns `prediction` and, for classification, `probability`; of labels a column of 1 and 0 for each, and of several
  /// numbers a column for each, under its name. With `allClasses` a column for the probability of each class or label too; of
  /// pictures a last column `file`.
  ///
  /// - Parameter hasHeader: whether the columns' names come first: not in a later piece of a file.
  package func csv(allClasses: Bool = false, hasHeader: Bool = true) -> String {
    let columns =
      decisions.isEmpty
      ? numberNames.count > 1 ? numberColumns : predictionColumns(allClasses) : labelColumns(allClasses)
    var text = columns.map(\.name.csvField).joined(separator: ",") + (files.isEmpty ? "" : ",file") + "\n"
    if !hasHeader { text = "" }
    for row in 0..<count {
      for (place, column) in columns.enumerated() {
        if place > 0 { text += "," }
        text += column.cell(row)
      }
      if !files.isEmpty { text += "," + files[row].csvField }
      text += "\n"
    }
    return text
  }

  private typealias Column = (name: String, cell: (_ row: Int) -> String)

  private func predictionColumns(_ allClasses: Bool) -> [Column] {
    var columns: [Column] = [("prediction", { predictions[$0].csvField })]
    if !probabilities.isEmpty { columns.append(("probability", { "\(Float(probabilities[$0]))" })) }
    if !deviations.isEmpty { columns.append(("deviation", { "\(deviations[$0])" })) }
    return columns + (allClasses ? probabilityColumns : [])
  }

  private var numberColumns: [Column] {
    let width = numberNames.count
    return numberNames.enumerated().map { output, name in
      (name, { predictions[$0 * width + output].csvField })
    } + deviationColumns(numberNames)
  }

  private func labelColumns(_ allClasses: Bool) -> [Column] {
    let width = classNames.count
    return classNames.enumerated().map { output, name in
      (name, { decisions[$0 * width + output] ? "1" : "0" })
    } + (allClasses ? probabilityColumns : []) + deviationColumns(classNames)
  }

  private var probabilityColumns: [Column] {
    let width = classNames.count
    return classNames.enumerated().map { output, name in
      ("probability_\(name)", { "\(Float(classProbabilities[$0 * width + output]))" })
    }
  }

  private func deviationColumns(_ names: [String]) -> [Column] {
    deviations.isEmpty
      ? []
      : names.enumerated().map { output, name in
        ("deviation_\(name)", { "\(deviations[$0 * names.count + output])" })
      }
  }
}
