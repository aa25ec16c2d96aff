"""PyTorch on the CPU: eager, the best of each form of optimizer.

torch.compile is left out: it needs a C++ compiler, compiles for ten seconds a
network, and was no faster on any of these (see ../README.md).
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

import torch_gpt
import torch_resnet
from timing import run_peer
from workloads import (CNN_CHANNELS, CNN_RATE, CNN_UNITS, MOMENTUM, WORKLOADS,
                       XOR_INPUTS, XOR_TARGETS, batch, images, initial_parameters)

OPTIMIZER_FORMS = [dict(fused=True), dict(foreach=True), dict(foreach=False)]
OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=MOMENTUM),
    "adam": torch.optim.Adam,
}


def network(workload, hidden, *last):
    """Dense layers with an activation between them, and with the same weights."""
    layers = []
    for weight, bias in initial_parameters(workload):
        linear = nn.Linear(*weight.shape)
        linear.weight.data.copy_(torch.from_numpy(weight.T.copy()))
        linear.bias.data.copy_(torch.from_numpy(bias))
        layers += [linear, hidden()]
    return nn.Sequential(*layers[:-1], *last)


def make_training(identifier, form):
    """W1, W2, W3 with one form of the optimizer."""
    workload = WORKLOADS[identifier]
    if identifier == "W1":
        model = network(workload, nn.Sigmoid, nn.Sigmoid())
        inputs, targets = torch.from_numpy(XOR_INPUTS), torch.from_numpy(XOR_TARGETS)
        criterion = F.mse_loss
    else:
        model = network(workload, nn.ReLU)
        inputs, targets = (torch.from_numpy(array) for array in batch(workload))
        criterion = F.cross_entropy
    optimizer = OPTIMIZERS[workload.optimizer](
        model.parameters(), lr=workload.rate, **form)

    def step(count):
        for _ in range(count):
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()

    return step


def make_convolutional(layout, form):
    """W4 with one memory layout of the images and one form of the optimizer."""
    layers = []
    for inputs, outputs in zip(CNN_CHANNELS, CNN_CHANNELS[1:]):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    features, hidden, classes = CNN_UNITS
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, hidden), nn.ReLU(),
                          nn.Linear(hidden, classes)).to(memory_format=layout)
    inputs, targets = (torch.from_numpy(array) for array in images())
    inputs = inputs.permute(0, 3, 1, 2).contiguous(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=CNN_RATE, **form)

    def step(count):
        for _ in range(count):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), targets).backward()
            optimizer.step()

    return step


def make_inference(traced):
    """W7: one row, one call."""
    workload = WORKLOADS["W7"]
    model = network(workload, nn.ReLU).eval()
    inputs = torch.from_numpy(batch(workload)[0])
    if traced:
        model = torch.jit.freeze(torch.jit.trace(model, inputs))

    def step(count):
        with torch.inference_mode():
            for _ in range(count):
                model(inputs)

    return step


def describe():
    """The version, and the set of its own kernels; oneDNN and MKL within take theirs from the environment."""
    return torch.__version__, torch.backends.cpu.get_cpu_capability().lower()


def training_variants(identifier):
    return [partial(make_training, identifier, form) for form in OPTIMIZER_FORMS]


if __name__ == "__main__":
    run_peer("torch", {
        "W1": training_variants("W1"),
        "W2": training_variants("W2"),
        "W3": training_variants("W3"),
        "W4": [partial(make_convolutional, layout, dict(fused=True))
               for layout in (torch.channels_last, torch.contiguous_format)],
        "W5": [partial(torch_resnet.make_training, layout)
               for layout in (torch.channels_last, torch.contiguous_format)],
        "W6": [partial(torch_gpt.make_training, form) for form in OPTIMIZER_FORMS],
        "W7": [partial(make_inference, traced) for traced in (False, True)],
    }, describe)
