"""preparations.json: first weights that a batch decides, in float64."""

import numpy as np

from encoding import Sampler


def document():
    """The whole family."""
    return {
        "description": "Layers y = f(x W + b) with f = tanh but for the last one; weights before and after.",
        "cases": [case("lsuv", lsuv), case("dataDependent", data_dependent)],
    }


def case(name, prepare):
    sampler = Sampler(17)
    inputs = sampler.floats((12, 5)).numpy()
    sizes = [5, 7, 6, 3]
    weights = [sampler.floats((a, b)).numpy() for a, b in zip(sizes, sizes[1:])]
    biases = [sampler.floats((b,)).numpy() for b in sizes[1:]]
    after, shifts = prepare(inputs, [w.copy() for w in weights], [b.copy() for b in biases])
    return {
        "name": name, "sizes": sizes, "inputs": inputs.ravel().tolist(),
        "weights": [w.ravel().tolist() for w in weights], "biases": [b.tolist() for b in biases],
        "preparedWeights": [w.ravel().tolist() for w in after], "preparedBiases": [b.tolist() for b in shifts],
    }


def outputs(inputs, weights, biases, layer):
    x = inputs
    for index in range(layer):
        x = np.tanh(x @ weights[index] + biases[index])
    return x @ weights[layer] + biases[layer]


def lsuv(inputs, weights, biases, tolerance=0.1, iterations=10):
    """Mishkin and Matas 2015, without new orthonormal weights."""
    for layer, weight in enumerate(weights):
        for _ in range(iterations):
            variance = outputs(inputs, weights, biases, layer).var()
            if abs(variance - 1) < tolerance:
                break
            weight /= np.sqrt(variance)
    return weights, biases


def data_dependent(inputs, weights, biases):
    """Krähenbühl et al. 2015, algorithm 1: each unit's mean 0 and variance 1."""
    for layer, weight in enumerate(weights):
        y = outputs(inputs, weights, biases, layer)
        weight /= y.std(axis=0)
        biases[layer] = (biases[layer] - y.mean(axis=0)) / y.std(axis=0)
    return weights, biases
