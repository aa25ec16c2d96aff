#if Command
  import Apus

  extension Train {
    /// Flags before the file; what neither says is chosen by the run.
    func runConfiguration() throws -> RunConfiguration {
      if let resume {
        var configuration = try RunConfiguration.load(yaml: "\(resume)/config.yaml")
        if let data { configuration.data.source = data }
        return configuration
      }
      return try settings(over: config.map { try RunConfiguration.load(yaml: $0) } ?? RunConfiguration())
    }

    /// What the flags say, in the place of what a configuration says. Texts are as they were given: ``check()``
    /// has been before.
    func settings(over base: RunConfiguration) -> RunConfiguration {
      var configuration = base
      if resume == nil, let data { configuration.data.source = data }
      dataArguments.write(to: &configuration.data)
      network.write(to: &configuration.model)
      training.write(to: &configuration.training)
      return configuration
    }

    /// Everything that can be checked before any work.
    func check() throws(ApusError) {
      try dataArguments.check()
      try network.check()
      try training.check()
      try Checked.count(threads, "--threads", from: 1, to: 1024)
    }
  }
#endif
