import Apus

let x = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])  // only [[Float]] initializes a nested literal
let logits = model(x)  // Tensor; inference mode; a mistake is a poisoned tensor
let loss = softmaxCrossEntropy(logits, classes: [0, 1, 1, 0]).mean()
print(try loss.item())  // … and its error comes here, with place and fix
let (value, gradient) = try valueAndGradient(of: model) { model in  // training mode unless told otherwise
  softmaxCrossEntropy(model(x), classes: [0, 1, 1, 0]).mean() + 1e-4 * model.parameters.squaredNorm()
}
for (path, g) in gradient { print(path, g.shape, try g.norm().item()) }
let (_, saliency) = try valueAndGradient(at: x) { x in softmaxCrossEntropy(model(x), classes: labels).mean() }

print(value)
print(saliency)
print(softmaxCrossEntropy(model(Tensor([[0, 0, 0]])), classes: [0]))
