public import ApusCore
public import ApusData
public import ApusNN

extension Model {
  /// Trains the model as a recipe says; what it leaves open has the defaults of ``TrainingSettings``.
  ///
  /// ```swift
  /// let recipe = Recipe(epochs: 30, optimizer: Adam(), classWeights: .balanced, earlyStopping: 5)
  /// try model.fit(split, recipe: recipe)
  /// ```
  ///
  /// Loss, class weights, the pass that sets first weights and the threshold of decisions are the recipe's too. The validation
  /// part of the split chooses the epoch whose weights are kept, and the threshold where that is `auto`.
  ///
  /// - Returns: the epochs, and which one's weights the model has: ``History/kept``.
  /// - Throws: as ``fit(_:epochs:batch:optimizer:schedule:regularization:groups:frozen:earlyStopping:keep:seed:collective:engine:onEvent:)``;
  ///   for a setting that the data has no use for, and for an ensemble of several trainings, which a run makes.
  @discardableResult
  public mutating func fit(
    _ split: DatasetSplit, recipe: Recipe, collective: Collective? = nil, engine: Engine? = nil,
    onEvent: ((TrainingEvent) -> Void)? = nil
  ) throws -> History {
    if let ensemble = recipe.ensemble, ensemble.runs > 1 {
      throw ApusError(
        "\(type(of: ensemble).name) trains \(ensemble.runs) models, and this is one", at: "ensemble",
        fix:
          ensemble.keepsBest
          ? "fit each with a seed of its own, and keep the best; or train with a RunPlan"
          : "fit each with a seed of its own, and average them with Model.ensemble(of:); or train with a RunPlan"
      )
    }
    let training = split.training
    var model = aimed(at: training)
    if let loss = recipe.loss { model.objective?.loss = loss }
    let loss = try model.requireObjective().loss
    let isText = training.positions > 1
    let validation = split.validation.count > 0 ? split.validation : nil
    try recipe.checkDecisions(
      on: training, hasValidation: validation != nil, loss: loss, isText: isText, origin: { _ in nil })
    if recipe.threshold != nil {
      model.objective?.thresholds = recipe.fixedThresholds(for: training.targets)
    }
    if let pass = recipe.prepare { model = try model.prepared(with: pass, on: training, engine: engine) }
    var settings = TrainingSettings(recipe)
    var weighted: any Dataset = training
    if let weights = try recipe.classWeights(on: training, isText: isText, origin: { _ in nil }) {
      if case .labels = training.targets {
        settings.labelWeights = weights
      } else {
        weighted = training.weighted(byClass: weights)
      }
    }
    model.preprocessing = model.preprocessing ?? split.preprocessing
    defer { self = model }
    let history = try model.fit(
      weighted, validation: validation, settings: settings, collective: collective, engine: engine,
      onEvent: onEvent)
    if recipe.threshold == .auto, let validation {
      let chosen = try model.results(on: validation, collective: collective, engine: engine)
        .chosenThresholds()
      model.objective?.thresholds = chosen
    }
    return history
  }
}
