"""Loads a model that Apus wrote into PyTorch and compares their predictions.

    python check.py MODEL.safetensors PREDICTIONS.json

MODEL is opened with the Python safetensors package. Its metadata holds the
architecture, a list of layers; the same torch.nn.Sequential is built from it
and takes the weights with load_state_dict(strict=True). PREDICTIONS holds
{"inputs": {"shape", "values"}, "outputs": {"shape", "values"}}, values in
row-major order and images channels-last. Where the file has no architecture
(PyTorch writes none), PREDICTIONS may hold it, under "architecture".

Exits with 0 if the predictions agree, else with 1 and a line that says why.
"""

import argparse
import json
import sys

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

ACTIVATIONS = {
    "identity": nn.Identity,
    "linear": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "softmax": lambda: nn.Softmax(dim=-1),
    "logsoftmax": lambda: nn.LogSoftmax(dim=-1),
}


class Disagreement(Exception):
    """The model file cannot be used, or predicts something else."""


def main():
    options = parse_arguments()
    try:
        metadata, tensors = read_model(options.model)
        predictions = read_json(options.predictions)
        layers = architecture(metadata, predictions)
        model = build(layers, tensors)
        difference = compare(model, predictions, options.tolerance)
    except (Disagreement, SafetensorError, OSError) as error:
        sys.exit(f"{options.model}: {error}")
    print(f"{options.model}: {len(tensors)} tensors, {len(layers)} layers, "
          f"predictions agree within {difference:.1e}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a .safetensors file")
    parser.add_argument("predictions", help="inputs and expected outputs as JSON")
    parser.add_argument("--tolerance", type=float, default=1e-5,
                        help="allowed difference, relative to the largest output"
                             " if that is above 1 (default: %(default)s)")
    return parser.parse_args()


def read_model(path):
    """The metadata (strings) and the tensors of a safetensors file."""
    with safe_open(path, framework="pt") as file:
        return file.metadata() or {}, {key: file.get_tensor(key) for key in file.keys()}


def read_json(path):
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise Disagreement(f"{path} is not JSON: {error}") from None


def architecture(metadata, predictions):
    """The layers as a list of (lower-case name, options)."""
    if "architecture" in metadata:
        try:
            described = json.loads(metadata["architecture"])
        except ValueError as error:
            raise Disagreement(f"metadata.architecture is not JSON: {error}") from None
    elif "architecture" in predictions:
        described = predictions["architecture"]
    else:
        raise Disagreement("no architecture in the metadata; it has "
                           + (", ".join(sorted(metadata)) or "no keys"))
    if isinstance(described, dict):
        described = described.get("layers")
    if not isinstance(described, list):
        raise Disagreement("the architecture is not a list of layers")
    return [layer(entry) for entry in described]


def layer(entry):
    """One layer, written "ReLU", {"type": "Dense", …} or {"Dense": {…}}."""
    if isinstance(entry, str):
        return entry.lower(), {}
    if isinstance(entry, dict) and isinstance(entry.get("type"), str):
        return entry["type"].lower(), entry
    if isinstance(entry, dict) and len(entry) == 1:
        (name, options), = entry.items()
        return name.lower(), options if isinstance(options, dict) else {"value": options}
    raise Disagreement(f"cannot read the layer {json.dumps(entry)}")


def build(layers, tensors):
    """The same network in PyTorch, with the file's weights."""
    model = nn.Sequential(*[
        module(index, name, options, tensors)
        for index, (name, options) in enumerate(layers)])
    try:
        model.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise Disagreement(str(error)) from None
    return model.double().eval()


def module(index, name, options, tensors):
    """One layer in PyTorch; a Dense takes its sizes from its weight."""
    if name == "dense":
        weight = tensors.get(f"{index}.weight")
        if weight is None or weight.dim() != 2:
            raise Disagreement(f"layer {index}, a Dense, has no matrix {index}.weight;"
                               f" the tensors are {', '.join(sorted(tensors))}")
        units = options.get("units", options.get("value", weight.shape[0]))
        if units != weight.shape[0]:
            raise Disagreement(f"{index}.weight is {list(weight.shape)},"
                               f" but the architecture says {units} units")
        return nn.Linear(weight.shape[1], weight.shape[0],
                         bias=f"{index}.bias" in tensors)
    if name == "flatten":
        return nn.Flatten()
    if name == "dropout":
        return nn.Dropout()  # the rate does not matter for predictions
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]()
    raise Disagreement(f"layer {index} is a {name}, which this script does not know")


def compare(model, predictions, tolerance):
    """The largest difference of the outputs; raises if it is too large."""
    inputs, expected = tensor(predictions, "inputs"), tensor(predictions, "outputs")
    if inputs.dim() == 4:
        inputs = inputs.permute(0, 3, 1, 2)  # PyTorch's images are channels-first
    with torch.no_grad():
        outputs = model(inputs)
    if outputs.shape != expected.shape:
        raise Disagreement(f"PyTorch predicts {list(outputs.shape)},"
                           f" Apus {list(expected.shape)}")
    difference = (outputs - expected).abs()
    worst = difference.max().item()
    if not worst <= tolerance * max(1.0, expected.abs().max().item()):
        row = int(difference.flatten(1).amax(dim=1).argmax())
        raise Disagreement(f"row {row} differs by {worst:.3g}: PyTorch predicts"
                           f" {outputs[row].tolist()}, Apus {expected[row].tolist()}")
    return worst


def tensor(predictions, key):
    try:
        entry = predictions[key]
        return torch.tensor(entry["values"], dtype=torch.float64).reshape(entry["shape"])
    except (KeyError, TypeError, RuntimeError) as error:
        raise Disagreement(f"cannot read {key} of the predictions: {error!r}") from None


if __name__ == "__main__":
    main()
