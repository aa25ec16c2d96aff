package import ApusCore

/// The labs by name, in the order of the index.
///
/// # How to write a lab
///
/// A lab is one file with a type that conforms to ``Lab``, in the folder of its theme, and one line below. `run` reads like
/// the experiment: it takes what it needs from the ``LabContext`` (seeds, random numbers), measures with the engine, and
/// writes a ``LabReport``:
///
/// - `judge` for each number that the claim stands and falls with, with a rule: a closed form, an order, a bound;
/// - `test` for the slide's words taken literally, where they go too far: the claim then holds partly;
/// - `tell` for what nothing should judge, and `time` for what the clock says;
/// - `show` for charts, `note` for what the slide leaves out or slips on, `part` for a new question.
///
/// The verdict follows from the figures; ``Lab/expected`` is what it is on this engine, and another one is an exit code of 1.
/// Measure with several seeds before you write a rule down, and leave clear slack; never tune a number so that it passes.
/// Where the engine says otherwise than the lecture, the lab says so.
///
/// A rule must be able to fail. `context.honest(rate, sabotaged: 0)` breaks the experiment in the way that ``Lab/sabotage``
/// names; the tests, and `apus lab NAME --sabotage`, demand that its verdict is then another one.
///
/// What several labs need is a file of `Parts/`, or, where a user would want it, public API of the module where it belongs.
package enum Labs {
  package static let table: [any Lab] = [
    // One neuron
    LossesLab(), PerceptronLab(), BooleanLab(), MarkOneLab(), AdalineLab(), LogisticLab(), SeparableLab(),
    ClosedFormLab(),
    // Graph and gradient
    GraphLab(), BackpropLab(), GradientCheckLab(),
    // Networks as functions
    ElevenLinesLab(), LinearCollapseLab(), MatrixFormLab(), OutputsLab(), UniversalLab(), CapacityLab(),
    LearnedFeaturesLab(), ParametersLab(),
    // Descent
    DescentOneLab(), LearningRateLab(), RestartLab(), NoiseHelpsLab(), BatchNoiseLab(), BatchSizesLab(),
    ZigzagLab(), MomentumLab(), DecayLab(), WarmupLab(), OptimizersLab(),
    // Activations
    ActivationsLab(), VanishingLab(), ThinReLULab(), DeadReLULab(), MaxoutLab(), ActivationRaceLab(),
    // Before training
    PreprocessingLab(), ZeroWeightsLab(), SignalDepthLab(), DeepWeightsLab(), BatchNormLab(),
    BatchNormGainsLab(),
    // Generalizing
    L1L2Lab(), EarlyStoppingLab(), DropoutLab(), DropoutAverageLab(), EnsembleLab(),
    OverparameterizedLab(), DoubleDescentLab(), MoreDataLab(),
    // Practice
    BabysitLab(), RandomSearchLab(), FishMarketLab(), MNISTLab(), WeightImagesLab(), WhatExcitesLab(),
    ConvolutionLab(), AttentionLab(), ManyLabelsLab(), LandscapeLab(),
  ]

  /// - Throws: for an unknown name, with the nearest.
  package static func lab(named name: String) throws(ApusError) -> any Lab {
    let wanted = name.lowercased().replacing("_", with: "-")
    if let lab = table.first(where: { $0.name == wanted }) { return lab }
    let names = table.map(\.name)
    throw ApusError(
      "there is no lab \"\(name)\"", expected: "one of those that apus lab lists",
      fix: Spelling.suggestion(for: name, in: names))
  }

  /// The labs of each theme that has any, in order.
  package static var byTheme: [(theme: LabTheme, labs: [any Lab])] {
    LabTheme.allCases.map { theme in (theme, table.filter { $0.theme == theme }) }.filter { !$0.labs.isEmpty }
  }
}
