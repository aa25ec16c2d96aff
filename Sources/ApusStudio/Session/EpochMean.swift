/// The mean loss of the last epoch's worth of steps, known after each step.
///
/// It always has every place of the epoch once, so that every sample counts the same; at the end of an epoch it is that
/// epoch's mean loss.
struct EpochMean {
  /// The most recent loss at each place in the epoch, times its rows.
  private var losses: [Double] = []
  private var sum = 0.0
  private let samples: Int
  private let batch: Int

  init(samples: Int, batch: Int) { (self.samples, self.batch) = (samples, batch) }

  /// Nil before the end of the first epoch.
  var value: Double? { losses.count * batch >= samples ? sum / Double(samples) : nil }

  mutating func note(_ loss: Double, at position: Int) {
    let weighted = loss * Double(min(batch, samples - position * batch))
    if position == losses.count {
      losses.append(weighted)
      sum += weighted
    } else {
      sum += weighted - losses[position]
      losses[position] = weighted
    }
    // What rounding leaves in the sum does not outlive an epoch.
    if (position + 1) * batch >= samples { sum = losses.reduce(0, +) }
  }
}
