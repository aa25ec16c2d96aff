"""optimizers.json: 20 steps of each optimizer on a small network.

The network is Dense(7), tanh, Dense(3) on 5 features, with softmax
cross-entropy. Weights have PyTorch's layout, [out, in]. Step t (from 1) uses
batch (t - 1) mod 3; its loss is the one before the update.
"""

import torch
import torch.nn.functional as F
from torch import nn

from encoding import Sampler, encode

STEPS = 20
SNAPSHOTS = (1, 2, 5, 10, 20)


def constant(rate):
    return [rate] * STEPS


def varying(rate):
    """A learning rate that changes at every step, up and down."""
    return [rate * (1 + step % 4) / 2 for step in range(STEPS)]


class Proximal(torch.optim.Optimizer):
    """w = S(w - rate g + momentum d, rate l1), d the last change (iPiano)."""

    def __init__(self, parameters, lr, momentum, l1, foreach=False):
        super().__init__(parameters, dict(lr=lr, momentum=momentum, l1=l1))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                change = self.state[parameter].setdefault("change", torch.zeros_like(parameter))
                moved = parameter - group["lr"] * parameter.grad + group["momentum"] * change
                shrunk = moved.sign() * (moved.abs() - group["lr"] * group["l1"]).clamp(min=0)
                change.copy_(shrunk - parameter)
                parameter.copy_(shrunk)


# (name, optimizer, torch class, options, learning rates, clipping norm)
RUNS = [
    ("sgd", "sgd", torch.optim.SGD, {}, constant(0.1), None),
    ("sgd with weight decay", "sgd", torch.optim.SGD,
     dict(weight_decay=0.01), constant(0.1), None),
    ("sgd with clipping", "sgd", torch.optim.SGD, {}, constant(0.1), 0.1),
    ("momentum", "momentum", torch.optim.SGD,
     dict(momentum=0.9), constant(0.05), None),
    ("momentum with varying rate", "momentum", torch.optim.SGD,
     dict(momentum=0.9), varying(0.05), None),
    ("nesterov", "nesterov", torch.optim.SGD,
     dict(momentum=0.9, nesterov=True), constant(0.05), None),
    ("adam", "adam", torch.optim.Adam,
     dict(betas=(0.9, 0.999), eps=1e-8), constant(0.01), None),
    ("adam with weight decay", "adam", torch.optim.Adam,
     dict(betas=(0.8, 0.99), eps=1e-6, weight_decay=0.01), constant(0.01), None),
    ("adamW", "adamW", torch.optim.AdamW,
     dict(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01), constant(0.01), None),
    ("rmsprop", "rmsprop", torch.optim.RMSprop,
     dict(alpha=0.99, eps=1e-8), constant(0.01), None),
    ("adagrad", "adagrad", torch.optim.Adagrad,
     dict(eps=1e-10), constant(0.05), None),
    ("proximalDescent", "proximalDescent", Proximal, dict(momentum=0.9, l1=0.02), varying(0.05), None),
]

FORMULAS = {
    "weightDecay": "coupled, for all but adamW: g += weightDecay * p before"
                   " anything else; for every parameter, biases too",
    "sgd": "p -= rate * g",
    "momentum": "v = momentum * v + g (v starts at 0); p -= rate * v",
    "nesterov": "v = momentum * v + g; p -= rate * (g + momentum * v)",
    "adam": "m = b1 m + (1 - b1) g; s = b2 s + (1 - b2) g^2;"
            " p -= rate * (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + epsilon)",
    "adamW": "p *= 1 - rate * weightDecay, then adam",
    "rmsprop": "s = alpha s + (1 - alpha) g^2; p -= rate * g / (sqrt(s) + epsilon)",
    "proximalDescent": "w = S(p - rate * g + momentum * d, rate * l1), d = w - p;"
                " S(x, t) = sign(x) max(|x| - t, 0)",
    "adagrad": "s += g^2 (s starts at 0); p -= rate * g / (sqrt(s) + epsilon)",
    "clipNorm": "g *= min(1, clipNorm / (norm + 1e-6)),"
                " norm the 2-norm of all gradients together",
}


# Gradients that come from nowhere, for as many steps as it takes an error to show.
SEQUENCE_STEPS = 200
SEQUENCE_SNAPSHOTS = (1, 2, 3, 10, 50, 100, 200)
WIDTH = 6

# (name, optimizer, torch class, options of torch, of Apus)
SEQUENCES = [
    ("sgd", "sgd", torch.optim.SGD, {}, {}),
    ("momentum", "momentum", torch.optim.SGD, dict(momentum=0.9), dict(momentum=0.9)),
    ("nesterov", "nesterov", torch.optim.SGD, dict(momentum=0.95, nesterov=True),
     dict(momentum=0.95)),
    ("adagrad", "adagrad", torch.optim.Adagrad, dict(eps=1e-10), {}),
    ("rmsprop", "rmsprop", torch.optim.RMSprop, dict(alpha=0.9, eps=1e-6),
     dict(alpha=0.9, epsilon=1e-6)),
    ("rmsprop with momentum", "rmsprop", torch.optim.RMSprop, dict(alpha=0.99, momentum=0.9),
     dict(alpha=0.99, momentum=0.9)),
    ("adam", "adam", torch.optim.Adam, dict(betas=(0.9, 0.999)), {}),
    ("adamW", "adamW", torch.optim.AdamW, dict(betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
     dict(beta1=0.8, beta2=0.99, epsilon=1e-6, weightDecay=0.1)),
    ("proximalDescent", "proximalDescent", Proximal, dict(momentum=0.8, l1=0.05), dict(momentum=0.8, l1=0.05)),
]


def document():
    """The whole family."""
    sampler = Sampler(seed=3)
    initial = initial_parameters(sampler)
    batches = [(sampler.floats((6, 5)), sampler.integers((6,), 3)) for _ in range(3)]
    return {
        "description": "Losses at every step and parameters after some.",
        "network": {"input": 5, "layers": [7, 3], "activation": "tanh",
                    "loss": "softmaxCrossEntropy", "weightLayout": "[out, in]"},
        "formulas": FORMULAS,
        "initial": encode_all(initial),
        "batches": [{"inputs": encode(x), "labels": encode(y)} for x, y in batches],
        "runs": [run(initial, batches, *description) for description in RUNS],
        **sequences(),
    }


def sequences():
    """Each optimizer on the same gradients, row (t - 1) mod 40 in step t."""
    sampler = Sampler(seed=8)
    start = sampler.floats((WIDTH,))
    gradients = sampler.floats((40, WIDTH))
    rates = [0.02 * (1 + step % 7) / (1 + step / 50) for step in range(SEQUENCE_STEPS)]
    taken = [(name, optimizer, options, torch_sequence(make, torch_options, start, gradients, rates))
             for name, optimizer, make, torch_options, options in SEQUENCES]
    taken += [
        ("momentum with the rate inside", "momentum", dict(momentum=0.9, rateInside=True),
         velocity_sequence(lambda _: 0.9, start, gradients, rates)),
        ("momentum from 0.5 to 0.99", "momentum",
         {"momentum": 0.99, "rateInside": True, "from": 0.5, "over": "120 steps"},
         velocity_sequence(lambda step: 0.5 + 0.49 * min(step - 1, 120) / 120, start, gradients, rates)),
    ]
    return {
        "sequenceStart": encode(start),
        "sequenceGradients": encode(gradients),
        "sequenceRates": rates,
        "sequences": [
            {"name": name, "optimizer": optimizer, "options": options,
             "snapshots": [{"step": step, "parameters": encode(path[step - 1])}
                           for step in SEQUENCE_SNAPSHOTS]}
            for name, optimizer, options, path in taken],
    }


def torch_sequence(make, options, start, gradients, rates):
    parameter = start.clone().requires_grad_()
    optimizer = make([parameter], lr=rates[0], foreach=False, **options)
    path = []
    for step, rate in enumerate(rates):
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = gradients[step % len(gradients)].clone()
        optimizer.step()
        path.append(parameter.detach().clone())
    return path


def velocity_sequence(momentum, start, gradients, rates):
    """v = mu v - rate g, w = w + v: the lecture's form."""
    parameter, velocity, path = start.clone(), torch.zeros_like(start), []
    for step, rate in enumerate(rates, start=1):
        velocity = momentum(step) * velocity - rate * gradients[(step - 1) % len(gradients)]
        parameter = parameter + velocity
        path.append(parameter.clone())
    return path


def network():
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).double()


def initial_parameters(sampler):
    return {name: sampler.floats(parameter.shape, low=-0.5, high=0.5)
            for name, parameter in network().named_parameters()}


def run(initial, batches, name, optimizer_name, make, options, rates, clip_norm):
    """Trains from `initial` and records losses and snapshots."""
    model = network()
    model.load_state_dict(initial)
    optimizer = make(model.parameters(), lr=rates[0], foreach=False, **options)
    losses, snapshots = [], []
    for step, rate in enumerate(rates, start=1):
        optimizer.param_groups[0]["lr"] = rate
        losses.append(train(model, optimizer, *batches[(step - 1) % 3], clip_norm))
        if step in SNAPSHOTS:
            snapshots.append({"step": step, "parameters": encode_all(model.state_dict())})
    return {
        "name": name,
        "optimizer": optimizer_name,
        "options": encode_options(options, clip_norm),
        "learningRates": rates,
        "losses": losses,
        "snapshots": snapshots,
    }


def train(model, optimizer, inputs, labels, clip_norm):
    """One step; returns the loss before it."""
    optimizer.zero_grad()
    loss = F.cross_entropy(model(inputs), labels)
    loss.backward()
    if clip_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss.item()


def encode_all(parameters):
    return {name: encode(value) for name, value in parameters.items()}


def encode_options(options, clip_norm):
    """PyTorch's options under names without abbreviations."""
    names = {"momentum": "momentum", "weight_decay": "weightDecay",
             "alpha": "alpha", "eps": "epsilon", "l1": "l1"}
    encoded = {names[key]: value for key, value in options.items() if key in names}
    if "betas" in options:
        encoded["beta1"], encoded["beta2"] = options["betas"]
    if clip_norm is not None:
        encoded["clipNorm"] = clip_norm
    return encoded
