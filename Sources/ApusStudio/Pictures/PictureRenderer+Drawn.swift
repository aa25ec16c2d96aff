import ApusCore
import ApusNN

extension PictureRenderer {
  /// Returns the prediction for an image by the network with the weights of the last picture: the probability of each
  /// class, or its score.
  func prediction(of image: [UInt8]) -> JSONMember? {
    guard let features = try? plan.samples.features(of: image),
      let values = try? compiled.arrays(features)[0]
    else { return nil }
    let areProbabilities = plan.objective.loss.predictions == .probabilities
    return JSONMember(
      "drawn",
      .object([
        JSONMember("values", .array(values.map { $0.isFinite ? .double(Double($0)) : .null })),
        JSONMember("areProbabilities", .bool(areProbabilities)),
      ]))
  }
}
