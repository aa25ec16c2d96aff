"""JAX on the CPU: one jit-compiled step with optax and donated buffers."""

import tempfile
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy
import optax

import jax_gpt
import jax_resnet
from timing import run_peer
from workloads import (CNN_CHANNELS, CNN_RATE, CNN_UNITS, MOMENTUM, RESNET_RATE, WORKLOADS,
                       XOR_INPUTS, XOR_TARGETS, batch, images, initial_parameters, pictures)

OPTIMIZERS = {
    "sgd": optax.sgd,
    "momentum": partial(optax.sgd, momentum=MOMENTUM),
    "adam": optax.adam,
}


def forward(parameters, inputs, activation):
    """Dense layers with an activation between them."""
    *hidden, (last_weight, last_bias) = parameters
    for weight, bias in hidden:
        inputs = activation(inputs @ weight + bias)
    return inputs @ last_weight + last_bias


def squared_error(parameters, inputs, targets):
    """W1: sigmoid on every layer."""
    outputs = jax.nn.sigmoid(forward(parameters, inputs, jax.nn.sigmoid))
    return jnp.mean((outputs - targets) ** 2)


def cross_entropy(parameters, inputs, labels):
    logits = forward(parameters, inputs, jax.nn.relu)
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def make_training(identifier):
    """W1, W2, W3."""
    workload = WORKLOADS[identifier]
    if identifier == "W1":
        loss, data = squared_error, (XOR_INPUTS, XOR_TARGETS)
    else:
        loss, data = cross_entropy, batch(workload)
    optimizer = OPTIMIZERS[workload.optimizer](workload.rate)
    return make_steps(loss, data, optimizer, initial_parameters(workload))


def convolutional_loss(parameters, inputs, labels):
    """W4: images and weights channels last."""
    kernels, dense = parameters
    for weight, bias in kernels:
        inputs = jax.lax.conv_general_dilated(
            inputs, weight, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        inputs = jax.lax.reduce_window(
            jax.nn.relu(inputs + bias), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return cross_entropy(dense, inputs.reshape(len(inputs), -1), labels)


def make_gpt():
    """W6."""
    return make_steps(jax_gpt.loss, jax_gpt.batch(), jax_gpt.optimizer(), jax_gpt.initial_parameters())


def make_residual():
    """W5."""
    optimizer = optax.sgd(RESNET_RATE, momentum=MOMENTUM)
    return make_steps(jax_resnet.loss, pictures(), optimizer, jax_resnet.initial_parameters())


def make_convolutional():
    """W4."""
    generator = numpy.random.default_rng(4)

    def layer(*shape):
        fan_in = numpy.prod(shape[:-1])
        weight = generator.standard_normal(shape, numpy.float32) * numpy.float32(numpy.sqrt(2 / fan_in))
        return weight, numpy.zeros(shape[-1], numpy.float32)

    kernels = [layer(3, 3, *sizes) for sizes in zip(CNN_CHANNELS, CNN_CHANNELS[1:])]
    dense = [layer(*sizes) for sizes in zip(CNN_UNITS, CNN_UNITS[1:])]
    return make_steps(convolutional_loss, images(), optax.adam(CNN_RATE), (kernels, dense))


def make_steps(loss, data, optimizer, parameters):
    inputs, targets = jax.device_put(data)
    parameters = jax.device_put(parameters)
    state = optimizer.init(parameters)

    @partial(jax.jit, donate_argnums=(0, 1))
    def update(parameters, state, inputs, targets):
        value, gradients = jax.value_and_grad(loss)(parameters, inputs, targets)
        updates, state = optimizer.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state, value

    def step(count):
        nonlocal parameters, state
        for _ in range(count):
            parameters, state, value = update(parameters, state, inputs, targets)
        value.block_until_ready()

    return step


def make_inference(constant_weights):
    """W7: one row, one call, whose result is read."""
    workload = WORKLOADS["W7"]
    parameters = jax.device_put(initial_parameters(workload))
    inputs = jax.device_put(batch(workload)[0])
    if constant_weights:
        predict = jax.jit(lambda x: forward(parameters, x, jax.nn.relu))
    else:
        network = jax.jit(partial(forward, activation=jax.nn.relu))
        predict = partial(network, parameters)

    def step(count):
        for _ in range(count):
            numpy.asarray(predict(inputs))

    return step


def describe():
    """The version, and the set that XLA compiles for, by the code that it leaves.

    Products that YNNPACK computes are as wide as the processor's registers, whatever
    XLA is told.
    """
    with tempfile.TemporaryDirectory() as folder:
        function = jax.jit(lambda x: jnp.tanh(x) @ x).lower(jnp.ones((1024, 1024)))
        program = function.compile(compiler_options={"xla_dump_to": folder}).as_text()
        code = "".join(path.read_text() for path in Path(folder).glob("*with-opt.ll"))
    if "<16 x float>" in code:
        return jax.__version__, "avx512"
    if "ynn_fusion" in program:
        return jax.__version__, "avx2 with YNNPACK's own choice"
    return jax.__version__, "avx2"


if __name__ == "__main__":
    run_peer("jax", {
        "W1": [partial(make_training, "W1")],
        "W2": [partial(make_training, "W2")],
        "W3": [partial(make_training, "W3")],
        "W4": [make_convolutional],
        "W5": [make_residual],
        "W6": [make_gpt],
        "W7": [partial(make_inference, constant) for constant in (False, True)],
    }, describe)
