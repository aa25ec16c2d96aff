import ApusCore
import ApusData
import ApusTraining

/// A configuration trained once for each of k folds, which is the test part of its run (MISSION I, J): how well it does on
/// rows that it has not seen, with the spread over the folds.
///
/// Its folder holds a run's folder for each fold: `fold-1`, ….
public struct CrossValidation: Sendable {
  public let configuration: RunConfiguration
  public let folds: Int
  public let folder: String
  private let lock: FolderLock

  /// What one metric came to over the folds.
  public struct Score: Sendable, Equatable {
    public let name: String
    /// On the test part of each fold.
    public let values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }

    public var mean: Double { values.reduce(0, +) / Double(values.count) }
    /// The standard deviation over the folds, with n − 1.
    public var deviation: Double {
      let mean = mean
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / Double(max(values.count - 1, 1))).squareRoot()
    }
  }

  /// - Parameters:
  ///   - folder: `runs/folds-…` when nil.
  ///   - overwrite: whether older runs in the folder are cleared.
  /// - Throws: for fewer than two folds; when the folder cannot be written, holds an older run, or belongs to another
  ///   process.
  public init(
    _ configuration: RunConfiguration, folds: Int, folder: String? = nil, overwrite: Bool = false
  ) throws {
    guard folds >= 2 else { throw ApusError("\(folds) folds", at: "data.folds", expected: "at least 2") }
    self.configuration = configuration
    self.folds = folds
    let (files, lock) = try RunFolder.take(
      folder, name: "folds", overwrite ? .overwrite : .refuse, keepsModel: false)
    self.folder = files.path
    self.lock = lock
  }

  /// Trains all folds, one after the other.
  ///
  /// - Parameters:
  ///   - isCancelled: asked after every step.
  ///   - onFold: told what each fold came to, counted from 1, with the doctor's findings on the outcome.
  /// - Returns: the metrics over the folds; nil when it was interrupted, with a checkpoint in the fold's folder.
  /// - Throws: what a run throws.
  public func run(
    threads: Int? = nil, isCancelled: @escaping @Sendable () -> Bool = { false },
    onFold: (Int, RunFindings) throws -> Void = { _, _ in }
  ) throws -> [Score]? {
    var reports: [RunReport] = []
    let sources = SharedSources()
    // What cannot be trained leaves no folder: one that is empty goes.
    defer {
      Files.removeFolder(folder)
      lock.release()
    }
    for fold in 1...folds {
      var configuration = configuration
      (configuration.data.folds, configuration.data.fold) = (folds, fold)
      let run = try TrainingRun(
        configuration, folder: "\(folder)/fold-\(fold)", .refuse, threads: threads, sources: sources)
      run.isCancelled = isCancelled
      let report = try run.train()
      guard !report.isInterrupted else { return nil }
      reports.append(report)
      if let findings = try run.findings(report, checks: run.checksAfter(report)) {
        try onFold(fold, findings)
      }
    }
    return reports[0].test.map(\.name).map { name in
      Score(name: name, values: reports.compactMap { report in report.test.first { $0.name == name }?.value })
    }
  }
}
