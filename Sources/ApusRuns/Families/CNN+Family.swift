public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// The small modern convolutional network as a family.
extension CNN: ModelFamily {
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    Sequential([CNN(classes: outputs, width: width, dropout: dropout)])
  }

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    return .images(data, optimizer: Adam(), rate: 4e-3, schedule: DataFacts.rising)
  }
}
