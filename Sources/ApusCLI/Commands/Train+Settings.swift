#if Command
  import Apus

  extension Train {
    /// Flags before the file; what neither says is chosen by the run.
    func runConfiguration() throws -> RunConfiguration {
      if let resume {
        var configuration: RunConfiguration
        do {
          configuration = try RunConfiguration.load(yaml: "\(resume)/config.yaml")
        } catch var error as ApusError {
          if error.fix == nil {
            error.fix = "name the folder of a run that was begun, as in --resume runs/iris-1"
          }
          throw error
        }
        if let data, data != configuration.data.source {
          throw ApusError(
            "the run in \(resume) is on \(configuration.data.source ?? "other data"), not on \(data)",
            at: "--resume", fix: "leave the data out, or begin another run with --out")
        }
        return configuration
      }
      try FileBytes.refuseShared([("the settings", config), ("the data", data)])
      return try settings.configuration(
        over: config.map { try RunConfiguration.load(yaml: $0) } ?? RunConfiguration(), source: data)
    }
  }
#endif
