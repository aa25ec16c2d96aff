"""interchange/: a model file as PyTorch users write it, and its predictions."""

import torch
from safetensors.torch import save_file
from torch import nn

from encoding import Sampler, encode, write


def write_files(folder):
    """Writes torch-mlp.safetensors (float32) and torch-mlp.json (float64)."""
    torch.manual_seed(4)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    save_file(model.state_dict(), folder / "torch-mlp.safetensors",
              metadata={"format": "pt"})
    inputs = Sampler(seed=4).floats((5, 64))
    write(folder / "torch-mlp.json", {
        "description": "Logits of the float32 weights, computed in float64.",
        "architecture": [{"type": "Dense", "units": 32}, {"type": "ReLU"},
                         {"type": "Dense", "units": 10}],
        "inputs": encode(inputs),
        "outputs": encode(model.double()(inputs)),
    })
