"""activations.json: each activation, forward and gradient.

A case gives inputs, the output, weights w of the output's shape, and the
gradient of sum(output * w) with respect to the inputs and to the parameters
of the layer (prelu's slopes, maxout's weight [inputs, units * pieces] and bias).
"""

import torch
import torch.nn.functional as F

from encoding import Sampler, encode

# Where a careless formula overflows or cancels.
FAR_BELOW = [-1e30, -1e4, -300.0, -20.0, -2.5]
FAR_ABOVE = [2.5, 20.0, 300.0, 1e4, 1e30]

# (name, options, function); inputs lie off every kink.
ACTIVATIONS = [
    ("identity", {}, lambda x: x * 1),
    ("step", {}, lambda x: (x > 0).double() + 0 * x),
    ("sigmoid", {}, torch.sigmoid),
    ("tanh", {}, torch.tanh),
    ("relu", {}, torch.relu),
    ("leakyReLU", {}, F.leaky_relu),
    ("leakyReLU", {"slope": 0.1}, lambda x: F.leaky_relu(x, 0.1)),
    ("elu", {}, F.elu),
    ("elu", {"alpha": 0.3}, lambda x: F.elu(x, 0.3)),
    ("selu", {}, F.selu),
    ("swish", {}, F.silu),
    ("gelu", {}, F.gelu),
    ("gelu", {"approximation": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    ("mish", {}, F.mish),
    ("softplus", {}, lambda x: F.softplus(x, threshold=1000)),
    ("softsign", {}, F.softsign),
    # PyTorch's own takes 1/6 from float32 in its gradient.
    ("hardSigmoid", {}, lambda x: F.relu6(x + 3) / 6),
    ("hardTanh", {}, F.hardtanh),
    ("softmax", {}, lambda x: F.softmax(x, -1)),
    ("logSoftmax", {}, lambda x: F.log_softmax(x, -1)),
]
# Along a row the largest alone would count.
WITHOUT_EXTREMES = {"softmax", "logSoftmax"}


def document():
    """The whole family."""
    sampler = Sampler(seed=6)
    return {
        "description": "Activations and their gradients of sum(output * weights).",
        "cases": [*elementwise_cases(sampler), *prelu_cases(sampler), *maxout_cases(sampler)],
    }


def elementwise_cases(sampler):
    for name, options, function in ACTIVATIONS:
        yield case(sampler, name, options, function, sampler.floats((3, 5), offset=1 / 256))
        yield case(sampler, name, options, function,
                   sampler.floats((2, 7), low=-8.0, high=8.0, offset=1 / 256))
        if name in WITHOUT_EXTREMES:
            continue
        for values in (FAR_BELOW, FAR_ABOVE):
            if options.get("approximation") == "tanh":
                values = [value for value in values if abs(value) < 1e9]
            yield case(sampler, name, options, function, torch.tensor([values], dtype=torch.float64))


def prelu_cases(sampler):
    for count in (1, 5):
        slopes = sampler.floats((count,))
        yield case(sampler, "prelu", {"perChannel": count > 1}, F.prelu, sampler.floats((4, 5)),
                   weight=slopes)


def maxout_cases(sampler):
    for units, pieces in ((3, 2), (2, 4)):
        yield case(
            sampler, "maxout", {"units": units, "pieces": pieces},
            lambda x, weight, bias: (x @ weight + bias).unflatten(-1, (units, pieces)).amax(-1),
            sampler.floats((4, 5)), weight=sampler.floats((5, units * pieces)),
            bias=sampler.floats((units * pieces,)))


def case(sampler, name, options, function, inputs, **parameters):
    inputs = inputs.clone().requires_grad_()
    parameters = {key: value.clone().requires_grad_() for key, value in parameters.items()}
    output = function(inputs, *parameters.values())
    weights = sampler.floats(output.shape)
    (output * weights).sum().backward()
    settings = "".join(f" {key}={value}" for key, value in options.items())
    return {
        "name": f"{name}{settings} {list(inputs.shape)} from {inputs.min().item()}",
        "activation": name,
        "options": options,
        "inputs": encode(inputs),
        "parameters": {key: encode(value) for key, value in parameters.items()},
        "output": encode(output),
        "weights": encode(weights),
        "gradient": encode(inputs.grad),
        "parameterGradients": {key: encode(value.grad) for key, value in parameters.items()},
    }
