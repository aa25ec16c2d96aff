import Apus

/// A model that is copied, changed, called and averaged with the other one.
func averagedModels() throws -> (outputs: [Float], text: String) {
  let first = try Model(input: [2], seed: 1) {
    Dense(3); ReLU(); Dense(1)
  }
  var second = first  // shares the weights until one of the two changes
  try second.set("2.bias", to: [1])
  let mean = try Model.average(of: [first, second])
  let x = Tensor([[1, 2]])
  let outputs = try [first, second, mean].map { try $0(x).item() }
  return (outputs, "\(mean)")
}
