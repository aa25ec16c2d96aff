import Apus

let (left, right, distance) = try Pairs.make()

let rows = try ColumnSet(["left": .images(left), "right": .images(right)], target: .numbers(distance))
var twins = try Model(for: rows, network: Twins(branch: branch))  // a Network (its branch a Sequential): named inputs to named outputs
try twins.fit(rows, epochs: 5, batch: 32)

print(try twins.evaluate(on: rows))
