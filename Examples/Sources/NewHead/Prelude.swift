import Apus

/// A network that somebody else trained on the digits, in a file, and other images: digits told as even and odd.
enum Given {
  static func write() throws {
    let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
    let network = LayerGraph {
      LayerGraph.Node("stem") {
        Conv2D(8, 3); ReLU()
      }
      LayerGraph.Node("pool") {
        MaxPool2D(2); Flatten(); Dense(32); ReLU()
      }
      LayerGraph.Node("classes") { Dense(10) }
    }
    var model = try Model(for: split, seed: 1, network: network)
    try model.fit(split, epochs: 3)
    try model.save(to: "resnet.safetensors")
  }

  static func flowers() throws -> ImageDataset {
    let digits = try ImageSet.digits().training
    return try ImageDataset(
      bytes: digits.bytes, inputShape: digits.inputShape, labels: digits.labels.map { $0 % 2 },
      classNames: ["even", "odd"], normalization: .unit(white: 16))
  }
}
nonisolated(unsafe) private var stored = 0

/// Keeps what a layer outputs.
func store(_ features: Tensor) {
  stored += features.shape[0].size
  if stored == 3_823 { print("\(stored) rows of \(features.shape[1].size) features") }
}
