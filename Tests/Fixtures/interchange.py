"""interchange/: a model file as PyTorch users write it, and its predictions."""

import torch
from safetensors.torch import save_file
from torch import nn

from encoding import Sampler, encode, write


def write_files(folder):
    """Writes torch-mlp and torch-image: .safetensors (float32) and .json (float64)."""
    torch.manual_seed(4)
    write_model(
        folder / "torch-mlp",
        nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)),
        [{"type": "Dense", "units": 32}, {"type": "ReLU"}, {"type": "Dense", "units": 10}],
        Sampler(seed=4).floats((5, 64)))
    # Three channels: PyTorch flattens them first, Apus last.
    torch.manual_seed(5)
    write_model(
        folder / "torch-image",
        nn.Sequential(nn.Flatten(), nn.Linear(60, 6), nn.Tanh(), nn.Linear(6, 3)),
        [{"type": "Flatten"}, {"type": "Dense", "units": 6}, {"type": "Tanh"},
         {"type": "Dense", "units": 3}],
        Sampler(seed=5).floats((4, 4, 5, 3)))


    torch.manual_seed(6)
    write_model(
        folder / "torch-convolutions",
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=2), nn.Tanh(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(6, 3)),
        [{"conv2D": {"channels": 4, "size": 3}}, "relu", {"maxPool2D": {"size": 2}},
         {"conv2D": {"channels": 6, "size": [3, 2], "stride": 2, "padding": 1, "groups": 2}},
         "tanh", {"averagePool2D": {"size": 2}}, "flatten", {"dense": {"units": 3}}],
        Sampler(seed=6).floats((3, 8, 7, 2)))


def write_model(path, model, architecture, inputs):
    """Images are written channels-last and shown to PyTorch channels-first."""
    save_file(model.state_dict(), path.with_suffix(".safetensors"), metadata={"format": "pt"})
    shown = inputs.permute(0, 3, 1, 2) if inputs.dim() == 4 else inputs
    write(path.with_suffix(".json"), {
        "description": "Logits of the float32 weights, computed in float64.",
        "architecture": architecture,
        "inputs": encode(inputs),
        "outputs": encode(model.double()(shown)),
    })
