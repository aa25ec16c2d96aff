"""NumPy: the 11-line network, its biases folded into the weights (W1 only)."""

import ctypes
from pathlib import Path

import numpy as np
from numpy._core._multiarray_umath import __cpu_features__

from timing import run_peer
from workloads import WORKLOADS, XOR_INPUTS, XOR_TARGETS, initial_parameters


def make_xor():
    """W1: a column of ones beside the inputs and the hidden units is the bias."""
    workload = WORKLOADS["W1"]
    first, second = (np.vstack(layer) for layer in initial_parameters(workload))
    inputs = np.hstack([XOR_INPUTS, np.ones((4, 1), np.float32)])
    hidden = np.ones((4, 5), np.float32)
    rate = np.float32(workload.rate * 2 / 4)  # of the mean of 4 squares

    def step(count):
        nonlocal first, second
        for _ in range(count):
            units = 1 / (1 + np.exp(-(inputs @ first)))
            hidden[:, :4] = units
            output = 1 / (1 + np.exp(-(hidden @ second)))
            output_delta = (output - XOR_TARGETS) * output * (1 - output)
            hidden_delta = output_delta * second[:4, 0] * units * (1 - units)
            second -= rate * (hidden.T @ output_delta)
            first -= rate * (inputs.T @ hidden_delta)

    return step


def describe():
    """The version, and the set of NumPy's own loops or, where they keep to AVX2, OpenBLAS's kernels."""
    if __cpu_features__.get("X86_V4"):
        return np.__version__, "avx512"
    for library in Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*"):
        name = ctypes.CDLL(str(library)).scipy_openblas_get_corename64_
        name.restype = ctypes.c_char_p
        return np.__version__, name().decode().lower()
    return np.__version__, "unknown"


if __name__ == "__main__":
    run_peer("numpy", {"W1": [make_xor]}, describe)
