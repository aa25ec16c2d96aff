#if Command
  import Apus
  import ArgumentParser

  /// All settings of a run: a file's, and flags that go before it.
  struct RunArguments: ParsableArguments {
    @OptionGroup(title: "Data") var data: SettingArguments<DataSettings>
    @OptionGroup(title: "Network") var model: SettingArguments<ModelSettings>
    @OptionGroup(title: "Training") var training: SettingArguments<TrainingSettingFlags>

    /// A Boolean value that indicates whether no flag is given.
    var isEmpty: Bool { data.texts.isEmpty && model.texts.isEmpty && training.texts.isEmpty }

    /// The settings of the flags, laid over those of a file.
    ///
    /// - Parameter source: the data that is named without a flag.
    /// - Throws: an error that names the flag of a value that cannot be.
    func configuration(over base: RunConfiguration, source: String?) throws(ApusError) -> RunConfiguration {
      var configuration = base
      if let source {
        var named = DataConfiguration()
        named.source = source
        configuration.lay(named, over: \.data) { _ in "the argument <data>" }
      }
      try configuration.lay(data, over: \.data)
      try configuration.lay(model, over: \.model)
      try configuration.lay(training, over: \.training)
      try configuration.check()
      return configuration
    }
  }
#endif
