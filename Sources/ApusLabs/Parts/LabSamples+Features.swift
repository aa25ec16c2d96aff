import ApusCore
import ApusData
package import ApusNN
package import ApusRuns
import ApusTraining

extension LinearProbe {
  /// The test accuracy on features that were made of the training and of the test rows, each column standardized on the
  /// former.
  package static func accuracy(
    _ training: LabSamples, _ test: LabSamples, seed: UInt64, epochs: Int = 10
  ) throws -> LabValue {
    let found = try accuracy(
      training.standardized().dataset(), test.standardized(by: training).dataset(), isStandardized: false,
      epochs: epochs, seed: seed)
    return LabValue([found.value], standardError: found.standardError)
  }
}

extension LabSamples {
  /// The same rows with what a layer of a model makes of them.
  ///
  /// - Parameter path: of the layer: `"3"`.
  package func features(of model: Model, layer path: String) throws -> LabSamples {
    let compiled = try model.compiled(outputs: [.layer(path)], batch: 256)
    var result = self
    result.features = []
    for batch in try dataset().batches(of: 256) {
      let values = try compiled(batch)[.layer(path)].values()
      let width = values.count / batch.count
      for row in 0..<batch.count {
        result.features.append(values[(row * width)..<((row + 1) * width)].map { Double($0) })
      }
    }
    return result
  }

  /// The same rows with other features.
  package func mapping(_ body: ([Double]) -> [Double]) -> LabSamples {
    var result = self
    result.features = features.map(body)
    return result
  }

  /// The part of the features' variance that lies between the classes' means.
  package var shareBetweenClasses: Double {
    let all = (0..<columns).map { column in LabStatistics.mean(features.map { $0[column] }) }
    var (between, total) = (0.0, 0.0)
    for label in classes.indices {
      let own = labels.indices.filter { labels[$0] == label }
      for column in 0..<columns where !own.isEmpty {
        let mean = LabStatistics.mean(own.map { features[$0][column] })
        between += Double(own.count) * (mean - all[column]) * (mean - all[column])
        for row in own {
          total += (features[row][column] - all[column]) * (features[row][column] - all[column])
        }
      }
    }
    return total > 0 ? between / total : 0
  }
}
