import ApusCore
import ApusData
public import ApusTraining

/// A configuration trained once for each of k folds, which is the test part of its run: how well it does on rows that it has
/// not seen, with the spread over the folds.
///
/// Its folder holds a run's folder for each fold (`fold-1`, …), the metrics over the folds in `folds.json`, and in
/// `predictions.csv` each row's prediction by the model that was not trained on it.
public struct CrossValidation: Sendable {
  public let configuration: RunConfiguration
  public let folds: Int
  public let folder: String
  /// Nil in a process that another one writes for.
  private let lock: FolderLock?
  private let collective: Collective?

  /// A metric over the folds.
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
  ///   - collective: the processes that train together, each with the same arguments; the first of them writes the folder.
  /// - Throws: for fewer than two folds; when the folder cannot be written, holds an older run, or belongs to another
  ///   process.
  public init(
    _ configuration: RunConfiguration, folds: Int, folder: String? = nil, overwrite: Bool = false,
    collective: Collective? = nil
  ) throws {
    guard folds >= 2 else { throw ApusError("\(folds) folds", at: "data.folds", expected: "at least 2") }
    self.configuration = configuration
    self.folds = folds
    self.collective = collective
    guard (collective?.rank ?? 0) == 0 else {
      (self.folder, lock) = (folder ?? "runs/folds", nil)
      return
    }
    let (files, lock) = try RunFolder.take(
      folder, name: "folds", overwrite ? .overwrite : .refuse, keepsModel: false)
    self.folder = files.path
    self.lock = lock
  }

  /// Trains all folds, one after the other.
  ///
  /// - Parameters:
  ///   - onFold: hears each fold's result, with its number, counted from 1.
  ///   - pauses: asked after every step, with the steps and the epochs of the fold at hand that are done.
  /// - Throws: what a run throws; when `pauses` says so, the fold's folder has a checkpoint.
  @discardableResult
  public func run(
    threads: Int? = nil, onFold: (Int, RunResult) throws -> Void = { _, _ in },
    pauses: (_ step: Int, _ epoch: Int) -> Bool = { _, _ in false }
  ) throws -> CrossValidation.Result {
    var results: [RunResult] = []
    let sources = SharedSources()
    // What cannot be trained leaves no folder: one that is empty goes.
    defer {
      if let lock {
        Files.removeFolder(folder)
        lock.release()
      }
    }
    for fold in 1...folds {
      var configuration = configuration
      (configuration.data.folds, configuration.data.fold) = (folds, fold)
      let plan = try RunPlan(
        configuration, folder: "\(folder)/fold-\(fold)", .refuse, threads: threads, collective: collective,
        sources: sources)
      results.append(try plan.run(pauses: pauses))
      try onFold(fold, results[fold - 1])
    }
    let result = CrossValidation.Result(folds: results, folder: folder)
    if lock != nil { try result.write() }
    return result
  }
}
