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

# W4: 28 x 28 x 1 images, two 3 x 3 convolutions that keep the size, each with ReLU
# and a 2 x 2 maximum behind it, and two dense layers; softmax cross-entropy.
CNN_SIDE = 28
CNN_CHANNELS = (1, 32, 64)
CNN_UNITS = (64 * (CNN_SIDE // 4) ** 2, 128, 10)
CNN_BATCH = 64
CNN_RATE = 1e-3

# W5: 32 x 32 x 3 images; for each stage a 3 x 3 convolution, the second one with stride
# 2, and two residual blocks of two convolutions; batch normalization behind each
# convolution; the mean over the image, and a dense layer; softmax cross-entropy.
RESNET_SIDE = 32
RESNET_STAGES = ((3, 32, 1), (32, 64, 2))  # inputs, channels, stride
RESNET_BLOCKS = 2
RESNET_CLASSES = 10
RESNET_BATCH = 64
RESNET_RATE = 1e-2

MOMENTUM = 0.9
XOR_INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
XOR_TARGETS = np.array([[0], [1], [1], [0]], np.float32)


def batch(workload):
    """Inputs [batch, features] and labels [batch], random but always the same."""
    generator = np.random.default_rng(1)
    inputs = generator.random((workload.batch, workload.widths[0]), np.float32)
    labels = generator.integers(workload.widths[-1], size=workload.batch)
    return inputs, labels


def images():
    """Images [batch, height, width, channels] and labels [batch] of W4."""
    generator = np.random.default_rng(3)
    shape = (CNN_BATCH, CNN_SIDE, CNN_SIDE, CNN_CHANNELS[0])
    return generator.random(shape, np.float32), generator.integers(CNN_UNITS[-1], size=CNN_BATCH)


def pictures():
    """Images [batch, height, width, channels] and labels [batch] of W5."""
    generator = np.random.default_rng(5)
    shape = (RESNET_BATCH, RESNET_SIDE, RESNET_SIDE, RESNET_STAGES[0][0])
    return generator.random(shape, np.float32), generator.integers(RESNET_CLASSES, size=RESNET_BATCH)


def initial_parameters(workload):
    """A list of (weight [in, out], bias [out]), He-scaled, always the same."""
    generator = np.random.default_rng(2)
    return [
        (generator.standard_normal((fan_in, fan_out), np.float32)
         * np.float32(np.sqrt(2 / fan_in)), np.zeros(fan_out, np.float32))
        for fan_in, fan_out in zip(workload.widths, workload.widths[1:])]
