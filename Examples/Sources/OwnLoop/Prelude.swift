import Apus

/// The bundled digits, and a network for them.
enum Given {
  static func split() throws -> DatasetSplit { try ImageSet.digits().split(validation: 0.1, seed: 1) }
  static func model(_ split: DatasetSplit) throws -> Model {
    try Model(for: split, seed: 1) {
      Flatten(); Dense(64); ReLU(); Dropout(0.2); Dense(10)
    }
  }
}
let seed: UInt64 = 7
