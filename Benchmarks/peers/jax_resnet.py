"""W5 in JAX: the residual network, its loss and parameters; images and weights channels last.

The running statistics of the batch normalization, a few numbers a channel, are left
out: the step is the shorter for it.
"""

import jax
import jax.numpy as jnp
import numpy
import optax

from workloads import RESNET_BLOCKS, RESNET_CLASSES, RESNET_STAGES


def convolution(parameters, inputs, stride=1):
    """A 3 x 3 convolution with batch normalization."""
    weight, scale, shift = parameters
    sums = jax.lax.conv_general_dilated(
        inputs, weight, (stride, stride), ((1, 1), (1, 1)), dimension_numbers=("NHWC", "HWIO", "NHWC"))
    mean = sums.mean((0, 1, 2))
    variance = sums.var((0, 1, 2))
    return (sums - mean) * (scale * jax.lax.rsqrt(variance + 1e-5)) + shift


def loss(parameters, inputs, labels):
    stages, (weight, bias) = parameters
    for (first, blocks), (_, _, stride) in zip(stages, RESNET_STAGES):
        inputs = jax.nn.relu(convolution(first, inputs, stride))
        for before, after in blocks:
            inner = jax.nn.relu(convolution(before, inputs))
            inputs = jax.nn.relu(inputs + convolution(after, inner))
    logits = inputs.mean((1, 2)) @ weight + bias
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def initial_parameters():
    generator = numpy.random.default_rng(6)

    def layer(inputs, channels):
        deviation = numpy.float32(numpy.sqrt(2 / (9 * inputs)))
        weight = generator.standard_normal((3, 3, inputs, channels), numpy.float32) * deviation
        return weight, numpy.ones(channels, numpy.float32), numpy.zeros(channels, numpy.float32)

    stages = [
        (layer(inputs, channels),
         [(layer(channels, channels), layer(channels, channels)) for _ in range(RESNET_BLOCKS)])
        for inputs, channels, _ in RESNET_STAGES]
    width = RESNET_STAGES[-1][1]
    dense = generator.standard_normal((width, RESNET_CLASSES), numpy.float32) * numpy.float32(0.1)
    return jax.tree.map(jnp.asarray, (stages, (dense, numpy.zeros(RESNET_CLASSES, numpy.float32))))
