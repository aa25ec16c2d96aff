"""How the fixtures draw their inputs and how they are written as JSON."""

import json
from pathlib import Path

import numpy as np
import torch

TYPE_NAMES = {
    torch.float64: "float64",
    torch.int64: "int32",  # PyTorch indexes with 64 bits, Apus with 32
    torch.bool: "bool",
}


class Sampler:
    """Draws inputs that float32 and a short decimal both hold exactly.

    Every number is a multiple of 1/128, so a test in Float starts from the
    same inputs as one in Double. The numbers of one sampler differ from each
    other in each tensor, and from zero: no ties of max, no kink of relu.
    """

    GRID = 128

    def __init__(self, seed):
        self._generator = np.random.default_rng(seed)

    def floats(self, shape, low=-2.0, high=2.0, offset=0.0):
        """Distinct numbers other than 0 in [low, high), all moved by `offset`."""
        grid = np.arange(round(low * self.GRID), round(high * self.GRID))
        chosen = self._generator.choice(
            grid[grid != 0], size=int(np.prod(shape)), replace=False)
        return torch.tensor(chosen / self.GRID + offset, dtype=torch.float64).reshape(shape)

    def integers(self, shape, bound):
        """Integers in [0, bound)."""
        return torch.tensor(self._generator.integers(bound, size=shape))

    def booleans(self, shape):
        """Both truth values, about equally often."""
        return self.integers(shape, 2).bool()


def encode(tensor):
    """A tensor as {"type", "shape", "values"}, its values in row-major order.

    Floats are written as the shortest decimal that reads back as the same
    float64; booleans as 0 and 1.
    """
    tensor = tensor.detach()
    if not torch.isfinite(tensor).all():
        raise ValueError("JSON holds finite numbers only")
    values = tensor.flatten()
    if values.dtype == torch.bool:
        values = values.int()
    return {
        "type": TYPE_NAMES[tensor.dtype],
        "shape": list(tensor.shape),
        "values": values.tolist(),
    }


def write(path, document):
    """Writes one JSON object; of its lists of objects, one element a line."""
    members = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join(_compact(row) for row in value)
            members.append(f"{_compact(key)}: [\n{rows}\n]")
        else:
            members.append(f"{_compact(key)}: {_compact(value)}")
    Path(path).write_text("{\n" + ",\n".join(members) + "\n}\n")


def _compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
