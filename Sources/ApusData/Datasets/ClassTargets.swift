/// The form in which a sample's class is written as the target of a loss.
public enum ClassTargets: Sendable, Equatable {
  /// Its number, int32 `[rows]`.
  case numbers
  /// A number for each output, float32 `[rows, outputs]`: `on` for the sample's class and `off` for the others. A single
  /// output stands for the second of two classes.
  case indicators(off: Float, on: Float)
}
