/// The samples of another data set, each of which counts by another weight.
package struct ReweightedDataset: Dataset {
  private let base: any Dataset
  private let sampleWeights: [Float]

  fileprivate init(_ base: any Dataset, _ weights: [Float]) {
    (self.base, sampleWeights) = (base, weights)
  }

  package var count: Int { base.count }
  package var inputShape: [Int] { base.inputShape }
  package var inputs: [InputSpecification] { base.inputs }
  package var targets: TargetKind { base.targets }
  package var scales: [TargetScale] { base.scales }
  package var positions: Int { base.positions }
  package var weights: [Float]? { sampleWeights }

  package func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset {
    ReweightedDataset(base.inEpoch(epoch, seed: seed), sampleWeights)
  }

  package func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) { base.gather(rows, into: memory) }

  package func classLabels() -> [Int32]? { base.classLabels() }
}

extension Dataset {
  /// The same samples, each with its weight times that of its class; the same data set where samples have no classes.
  ///
  /// - Parameter classWeights: of each class.
  package func weighted(byClass classWeights: [Double]) -> any Dataset {
    if let subset = self as? DatasetSubset {
      return subset.base.weighted(byClass: classWeights).subset(subset.indices)
    }
    guard let labels = classLabels() else { return self }
    let own = weights
    return ReweightedDataset(
      self,
      labels.enumerated().map { sample, label in
        let factor = classWeights.indices.contains(Int(label)) ? classWeights[Int(label)] : 1
        return Float(factor) * (own?[sample] ?? 1)
      })
  }
}
