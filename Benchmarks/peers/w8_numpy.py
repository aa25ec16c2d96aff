"""W8 with NumPy: import, XOR net 2-4-1, 2,000 steps, print the loss, exit."""

import numpy as np

inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
targets = np.array([[0], [1], [1], [0]], np.float32)

generator = np.random.default_rng(1)
first = generator.standard_normal((3, 4), np.float32)  # the last row is the bias
second = generator.standard_normal((5, 1), np.float32)
hidden = np.ones((4, 5), np.float32)
for _ in range(2000):
    units = 1 / (1 + np.exp(-(inputs @ first)))
    hidden[:, :4] = units
    output = 1 / (1 + np.exp(-(hidden @ second)))
    output_delta = (output - targets) * output * (1 - output)
    hidden_delta = output_delta * second[:4, 0] * units * (1 - units)
    second -= hidden.T @ output_delta
    first -= inputs.T @ hidden_delta
print(np.mean((output - targets) ** 2))
