package import ApusData
package import ApusNN
import ApusTraining

extension Model {
  /// The mean loss on a data set, by the model's objective.
  package func loss(on data: any Dataset) throws -> Double {
    LabStatistics.mean(try results(on: data).losses.map { Double($0) })
  }
}
