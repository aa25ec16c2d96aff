extension RunResult {
  /// A sample that the model does badly on.
  public struct WorstSample: Sendable, Equatable {
    /// Among the evaluated samples, or the row of the table, counted from 1.
    public var number: Int
    public var truth: String
    public var prediction: String
    /// The probability of the predicted class, where predictions are probabilities.
    public var probability: Double?
    public var loss: Double
    /// The row's cells by column, without the target; empty where they are not known.
    public var cells: [Cell]
    package var image: ImageSample?
    /// The picture's file; nil for anything but a picture in a file of its own.
    public var file: String?

    public struct Cell: Sendable, Equatable {
      public var column: String
      public var text: String
    }
  }
}
