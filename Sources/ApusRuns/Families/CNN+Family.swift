public import ApusCore
import ApusData
public import ApusNN

/// The small modern convolutional network as a family.
extension CNN: ModelFamily {
  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    try data.require(classes)
    return .images(data, optimizer: Adam(), rate: 4e-3, schedule: ModelRecipe.rising) {
      [self] outputs throws(ApusError) in
      Sequential([CNN(classes: outputs, width: width, dropout: dropout)])
    }
  }
}
