import Apus

// interchange DIR: writes models of random weights and what they predict, for Tests/Interchange/check.py.

let folder = CommandLine.arguments.dropFirst().first ?? "."
let networks: [(name: String, input: [Int], layers: Sequential)] = [
  (
    "mlp", [20],
    Sequential {
      Dense(16); Sigmoid(); Dropout(0.2); Dense(8); ReLU(); Dense(5); Softmax()
    }
  ),
  (
    // Three channels: PyTorch flattens them first, Apus last.
    "image", [6, 4, 3],
    Sequential {
      Flatten(); Dense(12, initializer: .he); Tanh(); Dense(3, hasBias: false)
    }
  ),
]
for (name, input, layers) in networks {
  let model = try Model(input: input, seed: 5, layers: layers)
  try model.save(to: "\(folder)/\(name).safetensors")
  let rows = 7
  let random = Philox(seed: 6, path: name)
  let inputs = (0..<(rows * input.reduce(1, *))).map { Float(random.normal(UInt64($0))) }
  let outputs = try Predictor(model).predict(inputs)
  func tensor(_ shape: [Int], _ values: [Float]) -> JSONValue {
    .object([
      JSONMember("shape", .array(shape.map { .integer($0) })),
      JSONMember("values", .array(values.map { .double(Double($0)) })),
    ])
  }
  let predictions = JSONValue.object([
    JSONMember("inputs", tensor([rows] + input, inputs)),
    JSONMember("outputs", tensor([rows] + model.outputShape, outputs)),
  ])
  try AtomicFile.write("\(folder)/\(name).json", text: predictions.text())
}
