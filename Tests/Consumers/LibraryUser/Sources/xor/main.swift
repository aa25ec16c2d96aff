import Apus
import Foundation

// Beside Foundation no name of Apus is found twice, and beside others each is found by the module's name.
let meters: Dimension = UnitLength.meters
let row: Apus.Table.Type = Table.self

// The four rows of exclusive or, and a network that learns them.
let xor = try TableDataset(
  features: [0, 0, 0, 1, 1, 0, 1, 1], inputShape: [2], labels: [0, 1, 1, 0], names: ["equal", "different"])
var model = try Model(input: [2], seed: 1) {
  Dense(8); Tanh(); Dense(2)
}
try model.fit(xor, epochs: 300, batch: 4, optimizer: .adam(0.05))

let predictor = try Predictor(model)
for (a, b) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
  let probability = try predictor.predict([Float(a), Float(b)])[1]
  print("\(a) xor \(b): \(shortFigure(Double(probability), digits: 3))")
  guard (probability > 0.5) == (a != b) else { throw ApusError("the network has not learned exclusive or") }
}
