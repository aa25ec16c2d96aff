import Apus

try Given.write()
let flowers = try Given.flowers()

var model = try Model(contentsOf: "resnet.safetensors").replacingOutput(for: flowers)
try model.fit(flowers, epochs: 3, optimizer: .adam(1e-3), frozen: .allButOutput)
try model.fit(flowers, epochs: 5, optimizer: .adam(1e-4))
let features = try model.compiled(outputs: [.layer("pool"), .prediction], batch: 256)
for batch in flowers.batches(of: 256) { let run = try features(batch); store(run[.layer("pool")]) }

print(try model.evaluate(on: flowers))
