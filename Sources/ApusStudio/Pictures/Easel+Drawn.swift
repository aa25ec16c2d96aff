import ApusCore
import ApusNN
import ApusTraining

extension Easel {
  /// What the network with the weights of the last picture takes an image for: of each class its probability, or its
  /// score.
  func prediction(of image: [UInt8]) -> JSONMember? {
    guard let features = try? plan.samples.features(of: image) else { return nil }
    let values = pass.run(features)[0]
    let areProbabilities = plan.settings.loss.predictions == .probabilities
    return JSONMember(
      "drawn",
      .object([
        JSONMember("values", .array(values.map { $0.isFinite ? .double(Double($0)) : .null })),
        JSONMember("areProbabilities", .bool(areProbabilities)),
      ]))
  }
}
