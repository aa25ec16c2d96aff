"""W8 with JAX: import, XOR net 2-4-1, 2,000 steps, print the loss, exit."""

import jax
import jax.numpy as jnp
import numpy as np

inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
targets = np.array([[0], [1], [1], [0]], np.float32)


def loss(parameters):
    first, first_bias, second, second_bias = parameters
    hidden = jax.nn.sigmoid(inputs @ first + first_bias)
    output = jax.nn.sigmoid(hidden @ second + second_bias)
    return jnp.mean((output - targets) ** 2)


@jax.jit
def train(parameters):
    def step(_, parameters):
        gradients = jax.grad(loss)(parameters)
        return jax.tree.map(lambda p, g: p - 2.0 * g, parameters, gradients)
    return loss(jax.lax.fori_loop(0, 2000, step, parameters))


generator = np.random.default_rng(1)
print(train([generator.standard_normal((2, 4), np.float32), np.zeros(4, np.float32),
             generator.standard_normal((4, 1), np.float32), np.zeros(1, np.float32)]))
