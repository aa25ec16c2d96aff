import Apus

/// Points around (3, −2): what the generator is to imitate.
struct Cloud {
  func sample(_ count: Int, step: Int) -> Tensor {
    Tensor([[3, -2]]) + 0.1 * Tensor.normal([.init(count), 2], seed: 3, step: step)
  }
}

enum Given {
  static func generator() throws -> Model {
    try Model(input: [4], seed: 1) {
      Dense(16); ReLU(); Dense(2)
    }
  }
  static func critic() throws -> Model {
    try Model(input: [2], seed: 2) {
      Dense(16); ReLU(); Dense(1)
    }
  }
}
let cloud = Cloud()
