/// A sample that the model does badly on.
package struct WorstSample: Sendable, Equatable {
  /// Among the evaluated samples, or the row of the table, counted from 1.
  package var number: Int
  package var truth: String
  package var prediction: String
  /// Of the predicted class, where predictions are probabilities.
  package var probability: Double?
  package var loss: Double
  /// The row's cells by column, without the target; empty where they are not known.
  package var cells: [Cell]
  package var image: ImageSample?

  package struct Cell: Sendable, Equatable {
    package var column: String
    package var text: String
  }
}
