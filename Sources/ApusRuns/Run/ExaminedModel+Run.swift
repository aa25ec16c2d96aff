import ApusCore
import ApusData
public import ApusNN
import ApusTraining

extension ExaminedModel {
  /// Creates an examined model of what a configuration would train, on its data.
  ///
  /// - Parameter model: examined in the place of the model with its first weights.
  /// - Throws: when the data cannot be read or a setting is wrong; when the model is for other inputs.
  public convenience init(
    _ configuration: RunConfiguration, model: Model? = nil, threads: Int? = nil
  ) throws {
    let data = try RunData(configuration)
    let standard = try Engine.standard()
    let engine = try threads.map { try Engine(instructionSet: standard.instructionSet, threads: $0) }
    let chosen = try RunChoices(configuration, data, engine: engine)
    self.init(
      model ?? chosen.model, data, chosen.settings, notes: data.notes + chosen.notes,
      engine: engine ?? standard)
  }

  convenience init(
    _ model: Model, _ data: RunData, _ settings: TrainingSettings, outcome: TrainingOutcome? = nil,
    notes: [String] = [], engine: Engine
  ) {
    // What leaks or is unequal is told for a class or for numbers.
    var table = (data.task == .multiLabel ? nil : data.table).map {
      ExaminedTable(
        $0, target: data.configuration.target, task: data.configuration.task,
        leaveOut: (data.configuration.leaveOut ?? []) + (data.configuration.weights.map { [$0] } ?? []))
    }
    table?.targets = data.configuration.targets ?? []
    self.init(
      model, training: data.training, validation: data.validation, test: data.test, settings: settings,
      table: table, outcome: outcome,
      beginsTrained: data.pretrained != nil || settings.length(rows: data.training.count).steps == 0,
      notes: notes,
      engine: engine)
  }
}
