/// An event of training, for progress bars, reports and apps.
public enum TrainingEvent: Sendable {
  case started(steps: Int, stepsPerEpoch: Int, parameters: Int)
  /// After a step: its number, the epoch (from 1), and the batch's loss.
  case step(Int, epoch: Int, loss: Float)
  case epoch(History.Epoch)
  /// Another of several trainings begins, counted from 1.
  case member(Int, of: Int)
  case checkpoint(path: String)
  /// Training ends before the last epoch, for a reason in words.
  case stopped(reason: String)
  case finished(History)
}
