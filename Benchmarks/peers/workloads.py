"""What is trained: the same sizes, batches and rates for every peer.

One step is zero gradients, forward, loss, backward, update, on one resident
batch, in float32, on all cores.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A multilayer perceptron and how it is trained or asked."""

    widths: tuple[int, ...]
    batch: int
    optimizer: str  # "sgd", "adam" or "momentum"; "" for inference
    rate: float = 0.0


# W1: sigmoid on every layer, mean squared error. The others: ReLU on the
# hidden layers, softmax cross-entropy. W7: one call, one row.
WORKLOADS = {
    "W1": Workload((2, 4, 1), 4, "sgd", 2.0),
    "W2": Workload((784, 200, 200, 10), 64, "adam", 1e-3),
    "W3": Workload((784, 1024, 1024, 10), 128, "momentum", 1e-2),
    "W7": Workload((784, 200, 200, 10), 1, ""),
}

MOMENTUM = 0.9
XOR_INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
XOR_TARGETS = np.array([[0], [1], [1], [0]], np.float32)


def batch(workload):
    """Inputs [batch, features] and labels [batch], random but always the same."""
    generator = np.random.default_rng(1)
    inputs = generator.random((workload.batch, workload.widths[0]), np.float32)
    labels = generator.integers(workload.widths[-1], size=workload.batch)
    return inputs, labels


def initial_parameters(workload):
    """A list of (weight [in, out], bias [out]), He-scaled, always the same."""
    generator = np.random.default_rng(2)
    return [
        (generator.standard_normal((fan_in, fan_out), np.float32)
         * np.float32(np.sqrt(2 / fan_in)), np.zeros(fan_out, np.float32))
        for fan_in, fan_out in zip(workload.widths, workload.widths[1:])]
