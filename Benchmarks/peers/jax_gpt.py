"""W6 in JAX: the GPT as nanoGPT writes it, its loss, parameters and optimizer."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from gpt import BATCH, CONTEXT, HEADS, LAYERS, RATE, VOCABULARY, WIDTH, batch


def initial_parameters():
    generator = np.random.default_rng(2)

    def normal(*shape):
        return generator.standard_normal(shape, np.float32) * np.float32(0.02)

    def linear(inputs, outputs):
        return normal(inputs, outputs), np.zeros(outputs, np.float32)

    def norm():
        return np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    return {
        "tokens": normal(VOCABULARY, WIDTH),
        "positions": normal(CONTEXT, WIDTH),
        "blocks": [
            {"norm1": norm(), "packed": linear(WIDTH, 3 * WIDTH), "out": linear(WIDTH, WIDTH),
             "norm2": norm(), "up": linear(WIDTH, 4 * WIDTH), "down": linear(4 * WIDTH, WIDTH)}
            for _ in range(LAYERS)],
        "norm": norm(),
    }


def dense(parameters, x):
    weight, bias = parameters
    return x @ weight + bias


def normalized(parameters, x):
    scale, shift = parameters
    centered = x - x.mean(-1, keepdims=True)
    return centered * jax.lax.rsqrt((centered * centered).mean(-1, keepdims=True) + 1e-5) * scale + shift


def attention(block, x):
    packed = dense(block["packed"], x).reshape(BATCH, CONTEXT, 3, HEADS, WIDTH // HEADS)
    query, key, value = packed[:, :, 0], packed[:, :, 1], packed[:, :, 2]
    y = jax.nn.dot_product_attention(query, key, value, is_causal=True)
    return dense(block["out"], y.reshape(BATCH, CONTEXT, WIDTH))


def loss(parameters, inputs, targets):
    x = parameters["tokens"][inputs] + parameters["positions"]
    for block in parameters["blocks"]:
        x = x + attention(block, normalized(block["norm1"], x))
        hidden = jax.nn.gelu(dense(block["up"], normalized(block["norm2"], x)), approximate=False)
        x = x + dense(block["down"], hidden)
    logits = normalized(parameters["norm"], x) @ parameters["tokens"].T
    return optax.softmax_cross_entropy_with_integer_labels(logits, targets).mean()


def optimizer():
    return optax.adamw(RATE, weight_decay=1e-2)
