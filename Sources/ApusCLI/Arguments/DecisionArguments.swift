#if Command
  import Apus
  import ArgumentParser

  /// The threshold above which a number counts as a yes.
  struct DecisionArguments: ParsableArguments {
    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "What the probability of a label, or of the second of two classes, must exceed. (default: 0.5) Of a model that "
          + "gives scores, as svm does, what the score must exceed. (default: 0)",
        valueName: "p"))
    var threshold: Double?

    func check() throws(ApusError) {
      guard let threshold, !threshold.isFinite else { return }
      throw ApusError("\(threshold) is out of range", at: "--threshold", expected: "a number")
    }
  }
#endif
