"""W6: the GPT that is trained, the same for every peer."""

import numpy as np

LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY, BATCH = 4, 4, 128, 64, 65, 12
RATE = 1e-3


def batch():
    """Class numbers [batch, context] and those that follow, random but always the same."""
    generator = np.random.default_rng(1)
    numbers = generator.integers(VOCABULARY, size=(BATCH, CONTEXT + 1), dtype=np.int32)
    return numbers[:, :-1].copy(), numbers[:, 1:].copy()
