"""windows.json: windows that move over images, forward and gradient.

Cases as in operations.json. Images are [rows, height, width, channels] and
weights [height, width, channels / groups, outputs]; PyTorch gets both channels
first. Paddings are [top, left, bottom, right].
"""

import torch.nn.functional as F

from encoding import Sampler
from operations import case

# images, size, outputs, then what differs from a stride of 1 without padding
CONVOLUTIONS = [
    ((2, 5, 4, 3), (3, 3), 4, dict(padding=[1, 1, 1, 1])),
    ((1, 6, 5, 1), (3, 3), 2, dict()),
    ((1, 7, 6, 2), (3, 3), 3, dict(stride=[2, 2], padding=[1, 1, 1, 1])),
    ((1, 8, 7, 2), (3, 3), 3, dict(stride=[2, 3])),
    ((1, 7, 7, 2), (3, 3), 2, dict(dilation=[2, 2], padding=[2, 2, 2, 2])),
    ((1, 8, 9, 2), (3, 2), 2, dict(stride=[2, 1], dilation=[1, 3], padding=[0, 2, 1, 1])),
    ((2, 4, 4, 4), (3, 3), 6, dict(groups=2, padding=[1, 1, 1, 1])),
    ((1, 5, 5, 4), (3, 3), 4, dict(groups=4, padding=[1, 1, 1, 1])),
    ((1, 6, 6, 3), (3, 3), 6, dict(groups=3, stride=[2, 2], padding=[1, 1, 1, 1])),
    ((1, 4, 5, 2), (2, 2), 3, dict(padding=[0, 0, 1, 1])),
    ((1, 5, 5, 2), (4, 4), 2, dict(padding=[1, 1, 2, 2])),
    ((2, 3, 3, 4), (1, 1), 5, dict()),
    ((1, 5, 6, 3), (1, 1), 4, dict(stride=[2, 2])),
    ((1, 9, 8, 1), (5, 5), 3, dict(padding=[2, 2, 2, 2])),
    ((1, 3, 4, 17), (3, 3), 5, dict(padding=[1, 1, 1, 1])),
]

# operation, images, size, what differs
POOLINGS = [
    ("maxPool", (2, 4, 6, 3), [2, 2], dict(stride=[2, 2])),
    ("maxPool", (1, 5, 5, 2), [2, 2], dict(stride=[2, 2])),
    ("maxPool", (1, 7, 6, 2), [3, 3], dict(stride=[2, 2])),
    ("maxPool", (1, 6, 7, 2), [3, 3], dict(stride=[2, 2], padding=[1, 1, 1, 1])),
    ("maxPool", (1, 5, 6, 2), [3, 2], dict(stride=[1, 2], padding=[0, 1, 1, 0])),
    ("maxPool", (1, 7, 7, 1), [2, 3], dict(dilation=[2, 2])),
    ("averagePool", (2, 4, 6, 3), [2, 2], dict(stride=[2, 2])),
    ("averagePool", (1, 7, 6, 2), [3, 3], dict(stride=[2, 2])),
    ("averagePool", (1, 6, 7, 2), [3, 3], dict(stride=[2, 2], padding=[1, 1, 1, 1])),
    ("averagePool", (1, 5, 5, 2), [2, 3], dict()),
]


def document():
    """The whole family."""
    sampler = Sampler(seed=6)
    return {
        "description": "Forward values and gradients of sum(output * weights), channels last.",
        "cases": [*convolution_cases(sampler), *pooling_cases(sampler)],
    }


def convolution_cases(sampler):
    for images, size, outputs, settings in CONVOLUTIONS:
        groups = settings.get("groups", 1)
        weights = (*size, images[-1] // groups, outputs)

        def convolve(x, w):
            return last(F.conv2d(
                padded(first(x), settings), w.permute(3, 2, 0, 1),
                stride=settings.get("stride", 1), dilation=settings.get("dilation", 1),
                groups=groups))

        inputs = [sampler.floats(images), sampler.floats(weights, low=-4.0, high=4.0)]
        yield case(sampler, "convolution", convolve, inputs, **settings)


def pooling_cases(sampler):
    for operation, images, size, settings in POOLINGS:
        def pool(x):
            stride = settings.get("stride", 1)
            if operation == "maxPool":
                return last(F.max_pool2d(
                    padded(first(x), settings, value=float("-inf")), size, stride,
                    dilation=settings.get("dilation", 1)))
            margin = settings.get("padding", [0] * 4)
            return last(F.avg_pool2d(
                first(x), size, stride, padding=margin[:2], count_include_pad=False))

        yield case(sampler, operation, pool, [sampler.floats(images)], size=size, **settings)


def padded(x, settings, value=0.0):
    top, left, bottom, right = settings.get("padding", [0] * 4)
    return F.pad(x, (left, right, top, bottom), value=value)


def first(x):
    """Channels first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    """Channels last."""
    return x.permute(0, 2, 3, 1)
