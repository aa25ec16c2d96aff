import ApusData
public import ApusNN

extension TrainingRun {
  /// The model that a configuration would train, with its first weights. Writes nothing.
  ///
  /// - Throws: when the data cannot be read or a setting is wrong.
  public static func model(of configuration: RunConfiguration) throws -> Model {
    let data = try RunData(configuration)
    let chosen = try RunChoices(configuration, data)
    return try chosen.model(on: data)
  }
}
