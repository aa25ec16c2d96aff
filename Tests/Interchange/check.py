"""Computes what a model that Apus wrote predicts, outside Apus, and compares.

    python check.py MODEL.safetensors PREDICTIONS.json

MODEL is opened with the Python safetensors package. Its metadata holds the
architecture, a list of layers, which are computed with NumPy. Where PyTorch
is installed, the same torch.nn.Sequential is built too, takes the weights with
load_state_dict(strict=True), and must predict the same. PREDICTIONS holds
{"inputs": {"shape", "values"}, "outputs": {"shape", "values"}}, values in
row-major order and images channels-last. Where the file has no architecture
(PyTorch writes none), PREDICTIONS may hold it, under "architecture".

Exits with 0 if the predictions agree, else with 1 and a line that says why.
"""

import argparse
import json
import sys

import numpy as np
from safetensors import SafetensorError, safe_open

try:
    import torch
    from torch import nn
except ImportError:
    torch = nn = None

# What each activation computes, and its name in torch.nn.
ACTIVATIONS = {
    "identity": (lambda x: x, "Identity"),
    "identity": (lambda x: x, "Identity"),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), "Sigmoid"),
    "tanh": (np.tanh, "Tanh"),
    "relu": (lambda x: np.maximum(x, 0), "ReLU"),
    "softplus": (lambda x: np.logaddexp(x, 0), "Softplus"),
    "softmax": (lambda x: np.exp(log_softmax(x)), "Softmax"),
    "logsoftmax": (lambda x: log_softmax(x), "LogSoftmax"),
}


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


class Disagreement(Exception):
    """The model file cannot be used, or predicts something else."""


def main():
    options = parse_arguments()
    try:
        metadata, tensors = read_model(options.model)
        predictions = read_json(options.predictions)
        layers = architecture(metadata, predictions)
        inputs, expected = array(predictions, "inputs"), array(predictions, "outputs")
        difference = compare("NumPy", forward(layers, tensors, inputs), expected,
                             options.tolerance)
        if torch:
            model = build(layers, tensors)
            with torch.no_grad():
                outputs = model(torch.from_numpy(inputs)).numpy()
            difference = max(
                difference, compare("PyTorch", outputs, expected, options.tolerance))
    except (Disagreement, SafetensorError, OSError) as error:
        sys.exit(f"{options.model}: {error}")
    print(f"{options.model}: {len(tensors)} tensors, {len(layers)} layers, "
          f"predictions agree within {difference:.1e} "
          f"({'NumPy and PyTorch' if torch else 'NumPy; PyTorch is not installed'})")


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
    with safe_open(path, framework="np") as file:
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


def forward(layers, tensors, values):
    """The outputs in float64; every tensor must be used."""
    used = set()
    for index, (name, options) in enumerate(layers):
        if name == "dense":
            weight, bias = dense(index, options, tensors)
            used |= {f"{index}.weight"} | ({f"{index}.bias"} if bias is not None else set())
            if values.shape[-1] != weight.shape[1]:
                raise Disagreement(f"{index}.weight is {list(weight.shape)}, but its input"
                                   f" has {values.shape[-1]} numbers")
            values = values @ weight.astype(np.float64).T
            if bias is not None:
                values = values + bias
        elif name == "conv2d":
            weight, bias = convolution(index, tensors)
            used |= {f"{index}.weight"} | ({f"{index}.bias"} if bias is not None else set())
            values = convolve(values, weight, bias, options)
        elif name in POOLS:
            values = pool(values, name, options)
        elif name == "flatten":
            values = values.reshape(len(values), -1)
        elif name in ACTIVATIONS:
            values = ACTIVATIONS[name][0](values)
        elif name != "dropout":  # which passes its input in inference
            raise Disagreement(f"layer {index} is a {name}, which this script does not know")
    if unused := sorted(set(tensors) - used):
        raise Disagreement(f"no layer uses {', '.join(unused)}")
    return values


def dense(index, options, tensors):
    """The weight [out, in] and the bias, or None where there is none."""
    weight = tensors.get(f"{index}.weight")
    if weight is None or weight.ndim != 2:
        raise Disagreement(f"layer {index}, a Dense, has no matrix {index}.weight;"
                           f" the tensors are {', '.join(sorted(tensors))}")
    units = options.get("units", options.get("value", weight.shape[0]))
    if units != weight.shape[0]:
        raise Disagreement(f"{index}.weight is {list(weight.shape)},"
                           f" but the architecture says {units} units")
    return weight, tensors.get(f"{index}.bias")


# Windows over images, which are [rows, channels, height, width] here.

POOLS = {"maxpool2d": np.nanmax, "averagepool2d": np.nanmean}


def pair(options, key, default):
    """A height and a width, written as one number or two."""
    value = options.get(key, default)
    return tuple(value) if isinstance(value, list) else (value, value)


def margins(options, size, dilation, default):
    """[top, left, bottom, right] of a padding; "same" splits what the window reaches over."""
    padding = options.get("padding", default)
    if padding == "same":
        reach = [d * (s - 1) for s, d in zip(size, dilation)]
        return [reach[0] // 2, reach[1] // 2, reach[0] - reach[0] // 2, reach[1] - reach[1] // 2]
    if padding == "valid":
        return [0] * 4
    if isinstance(padding, list):
        return padding if len(padding) == 4 else padding * 2
    return [padding] * 4


def windows(values, size, stride, dilation, margin, fill):
    """Every tap of every window, [rows, channels, places, places, taps, taps]."""
    top, left, bottom, right = margin
    values = np.pad(values, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    reach = [d * (s - 1) + 1 for s, d in zip(size, dilation)]
    views = np.lib.stride_tricks.sliding_window_view(values, reach, axis=(2, 3))
    return views[:, :, ::stride[0], ::stride[1], ::dilation[0], ::dilation[1]]


def convolution(index, tensors):
    """The weight [out, in / groups, height, width] and the bias, or None where there is none."""
    weight = tensors.get(f"{index}.weight")
    if weight is None or weight.ndim != 4:
        raise Disagreement(f"layer {index}, a Conv2D, has no weights {index}.weight of four axes")
    return weight, tensors.get(f"{index}.bias")


def convolve(values, weight, bias, options):
    size, groups = weight.shape[2:], options.get("groups", 1)
    stride, dilation = pair(options, "stride", 1), pair(options, "dilation", 1)
    taps = windows(values, size, stride, dilation, margins(options, size, dilation, "same"), 0.0)
    results = [
        np.einsum("nchwij,ocij->nohw", part, kernel.astype(np.float64))
        for part, kernel in zip(np.split(taps, groups, axis=1), np.split(weight, groups))]
    result = np.concatenate(results, axis=1)
    return result if bias is None else result + bias[:, None, None]


def pool(values, name, options):
    size = pair(options, "size", 2)
    stride = pair(options, "stride", list(size)) if options.get("stride") else size
    taps = windows(values, size, stride, (1, 1), margins(options, size, (1, 1), "valid"), np.nan)
    return POOLS[name](taps, axis=(4, 5))


def torch_convolution(index, options, tensors):
    weight, bias = convolution(index, tensors)
    groups, size = options.get("groups", 1), weight.shape[2:]
    dilation = pair(options, "dilation", 1)
    top, left, bottom, right = margins(options, size, dilation, "same")

    class Convolution(nn.Conv2d):
        """Pads each side as much as the model says."""

        def forward(self, values):
            return super().forward(nn.functional.pad(values, (left, right, top, bottom)))

    return Convolution(weight.shape[1] * groups, weight.shape[0], size, dilation=dilation,
                       stride=pair(options, "stride", 1), groups=groups, bias=bias is not None)


def torch_pool(name, options):
    size = pair(options, "size", 2)
    stride = pair(options, "stride", list(size)) if options.get("stride") else size
    margin = margins(options, size, (1, 1), "valid")
    if margin[:2] != margin[2:]:
        raise Disagreement("PyTorch pads both sides of a pooling alike")
    if name == "maxpool2d":
        return nn.MaxPool2d(size, stride, padding=tuple(margin[:2]))
    return nn.AvgPool2d(size, stride, padding=tuple(margin[:2]), count_include_pad=False)


def build(layers, tensors):
    """The same network in PyTorch, with the file's weights."""
    model = nn.Sequential(*[
        module(index, name, options, tensors)
        for index, (name, options) in enumerate(layers)])
    try:
        model.load_state_dict(
            {name: torch.from_numpy(value) for name, value in tensors.items()}, strict=True)
    except RuntimeError as error:
        raise Disagreement(str(error)) from None
    return model.double().eval()


def module(index, name, options, tensors):
    """One layer in PyTorch; a Dense takes its sizes from its weight."""
    if name == "dense":
        weight, bias = dense(index, options, tensors)
        return nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    if name == "conv2d":
        return torch_convolution(index, options, tensors)
    if name in POOLS:
        return torch_pool(name, options)
    if name == "flatten":
        return nn.Flatten()
    if name == "dropout":
        return nn.Dropout()  # the rate does not matter for predictions
    kind = getattr(nn, ACTIVATIONS[name][1])
    return kind(dim=-1) if "softmax" in name else kind()


def compare(who, outputs, expected, tolerance):
    """The largest difference of the outputs; raises if it is too large."""
    if outputs.shape != expected.shape:
        raise Disagreement(f"{who} predicts {list(outputs.shape)},"
                           f" Apus {list(expected.shape)}")
    difference = np.abs(outputs - expected)
    worst = difference.max()
    if not worst <= tolerance * max(1.0, np.abs(expected).max()):
        row = int(difference.reshape(len(difference), -1).max(axis=1).argmax())
        raise Disagreement(f"row {row} differs by {worst:.3g}: {who} predicts"
                           f" {outputs[row].tolist()}, Apus {expected[row].tolist()}")
    return worst


def array(predictions, key):
    """Images channels-first, as PyTorch has them."""
    try:
        entry = predictions[key]
        values = np.array(entry["values"], np.float64).reshape(entry["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise Disagreement(f"cannot read {key} of the predictions: {error!r}") from None
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)) if values.ndim == 4 else values


if __name__ == "__main__":
    main()
