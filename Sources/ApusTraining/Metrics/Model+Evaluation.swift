public import ApusCore
public import ApusData
public import ApusNN

extension Model {
  /// The usual metrics of the model on a data set, without dropout; samples count by ``Dataset/weights``.
  ///
  /// - Throws: when the model has no objective.
  public func evaluate(on dataset: any Dataset, engine: Engine? = nil) throws -> MetricValues {
    MetricValues(Metrics.standard(try results(on: dataset, engine: engine)))
  }

  /// One metric of the model on a data set; nil where it does not apply to the targets.
  public func evaluate(
    on dataset: any Dataset, _ metric: some Metric, engine: Engine? = nil
  ) throws -> MetricValue? {
    metric(try results(on: dataset, engine: engine))
  }

  /// Predictions beside the truth, numbers in their own unit.
  ///
  /// - Parameter threshold: what a label, or the second of two classes, must exceed; the objective's when nil.
  /// - Throws: when the model has no objective.
  public func results(
    on dataset: any Dataset, threshold: Double? = nil, engine: Engine? = nil
  ) throws -> EvaluatedSamples {
    try Evaluator(self, engine: engine ?? Engine.standard()).run(dataset, threshold: threshold)
  }

  /// The same of several processes that ask for it together: each computes a part of the rows, and all have the results of
  /// one.
  package func results(
    on dataset: any Dataset, threshold: Double? = nil, readsTargets: Bool = true, collective: Collective?,
    engine: Engine? = nil
  ) throws -> EvaluatedSamples {
    try Evaluator(self, engine: engine ?? Engine.standard()).run(
      dataset, threshold: threshold, readsTargets: readsTargets, collective: collective)
  }
}
