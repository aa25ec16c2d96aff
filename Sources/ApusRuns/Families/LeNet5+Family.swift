public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// The digit network of 1998 as a family (LeCun et al. 1998).
extension LeNet5: ModelFamily {
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    Sequential([LeNet5(classes: outputs)])
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    return .images(data, optimizer: Adam(), rate: 2e-3, schedule: CosineDecay())
  }
}
