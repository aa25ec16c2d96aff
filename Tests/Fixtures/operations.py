"""operations.json: one operation at a time, forward and gradient.

A case gives inputs, attributes, the output, weights w of the output's shape,
and the gradient of sum(output * w) with respect to each input. A gradient is
null where there is none or where it is not to be checked.
"""

import torch
import torch.nn.functional as F

from encoding import Sampler, encode

EXTREME = [-80.0, -30.0, -1e-3, -2.0**-40, 2.0**-40, 1e-3, 30.0, 80.0]
POSITIVE = dict(low=0.25, high=4.0)
BETWEEN = dict(offset=1 / 256)  # never equal to the other input

# name: (function, range of the sampled inputs). Ranges stop where a float32
# gradient such as 1 - tanh² would lose its digits to cancellation.
UNARY = {
    "negate": (torch.neg, {}),
    "abs": (torch.abs, {}),
    "square": (torch.square, {}),
    "sqrt": (torch.sqrt, POSITIVE),
    "reciprocal": (torch.reciprocal, POSITIVE),
    "exp": (torch.exp, {}),
    "expm1": (torch.expm1, {}),
    "log": (torch.log, POSITIVE),
    "log1p": (torch.log1p, dict(low=-0.75, high=3.0)),
    "sin": (torch.sin, dict(low=-4.0, high=4.0)),
    "cos": (torch.cos, dict(low=-4.0, high=4.0)),
    "tanh": (torch.tanh, {}),
    "sigmoid": (torch.sigmoid, {}),
    "erf": (torch.erf, {}),
    "softplus": (lambda x: F.softplus(x, threshold=100), {}),
    "relu": (torch.relu, {}),
    "gelu": (F.gelu, {}),
}

# name: inputs at the edge of the float32 range, or where a careless formula
# loses all digits. Forward only.
UNARY_EDGES = {
    "abs": EXTREME,
    "sqrt": [0.0, 2.0**-100, 1.0, 2.0**100],
    "exp": EXTREME,
    "expm1": EXTREME,
    "log": [2.0**-120, 2.0**-40, 1.0, 1.0078125, 2.0**120],
    "log1p": [-0.9921875, -(2.0**-40), 2.0**-40, 1e-3, 2.0**120],
    "sin": [-1000.5, -100.25, -(2.0**-40), 0.0, 2.0**-40, 31.5, 4096.5],
    "cos": [-1000.5, -100.25, -(2.0**-40), 0.0, 2.0**-40, 31.5, 4096.5],
    "tanh": EXTREME,
    "sigmoid": EXTREME,
    "erf": EXTREME,
    "softplus": EXTREME,
    "relu": EXTREME,
}

# name: (function, range of the first input, range of the second)
BINARY = {
    "add": (torch.add, {}, {}),
    "subtract": (torch.sub, {}, {}),
    "multiply": (torch.mul, {}, {}),
    "divide": (torch.div, {}, POSITIVE),
    "maximum": (torch.maximum, {}, BETWEEN),
    "minimum": (torch.minimum, {}, BETWEEN),
    "power": (torch.pow, POSITIVE, {}),
}

COMPARISONS = {
    "equal": torch.eq,
    "notEqual": torch.ne,
    "less": torch.lt,
    "lessOrEqual": torch.le,
    "greater": torch.gt,
    "greaterOrEqual": torch.ge,
}

BROADCASTS = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 4), (3, 1)),
    ((3, 4), ()),
    ((4,), (3, 4)),
    ((2, 1, 4), (3, 1)),
]


def document():
    """The whole family."""
    sampler = Sampler(seed=1)
    makers = [unary_cases, unary_edge_cases, binary_cases, comparison_cases,
              reduction_cases, matmul_cases, softmax_cases, movement_cases,
              indexing_cases]
    return {
        "description": "Forward values and gradients of sum(output * weights).",
        "cases": [case for make in makers for case in make(sampler)],
    }


def case(sampler, operation, function, inputs, differentiable=True, **attributes):
    """Runs one case; `differentiable` False leaves the gradients null."""
    inputs = [x.clone().requires_grad_(differentiable and x.is_floating_point())
              for x in inputs]
    output = function(*inputs)
    result = {
        "name": _name(operation, inputs, attributes),
        "operation": operation,
        "attributes": attributes,
        "inputs": [encode(x) for x in inputs],
        "output": encode(output),
    }
    if output.requires_grad:
        weights = sampler.floats(output.shape)
        (output * weights).sum().backward()
        result["weights"] = encode(weights)
    result["gradients"] = [None if x.grad is None else encode(x.grad) for x in inputs]
    return result


def _name(operation, inputs, attributes):
    """What a failing test prints: the operation, shapes, scalars, attributes."""
    shapes = [str(list(x.shape) if x.dim() else x.item()) for x in inputs]
    settings = [f"{key}={value}".replace(" ", "") for key, value in attributes.items()]
    return " ".join([operation, ", ".join(shapes), *settings])


def unary_cases(sampler):
    for name, (function, bounds) in UNARY.items():
        yield case(sampler, name, function, [sampler.floats((3, 5), **bounds)])


def unary_edge_cases(sampler):
    for name, values in UNARY_EDGES.items():
        inputs = [torch.tensor(values, dtype=torch.float64)]
        yield case(sampler, name, UNARY[name][0], inputs, differentiable=False)


def binary_cases(sampler):
    for name, (function, first, second) in BINARY.items():
        for left, right in BROADCASTS:
            inputs = [sampler.floats(left, **first), sampler.floats(right, **second)]
            yield case(sampler, name, function, inputs)
    # A negative base has powers for whole exponents alone.
    for exponent in (2.0, 3.0, -1.0):
        inputs = [sampler.floats((3, 4)), torch.tensor(exponent, dtype=torch.float64)]
        yield case(sampler, "power", torch.pow, inputs, differentiable=False)


def comparison_cases(sampler):
    left = torch.tensor([[-1.5, 0.0, 2.0], [0.25, 3.0, -4.0]], dtype=torch.float64)
    right = torch.tensor([-1.5, 0.5, 1.0], dtype=torch.float64)
    for name, function in COMPARISONS.items():
        yield case(sampler, name, function, [left, right], differentiable=False)


def reduction_cases(sampler):
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}
    for name, function in functions.items():
        for axes in ([0], [1], [2], [0, 2], [0, 1, 2]):
            for keep in (False, True):
                yield case(
                    sampler, name, lambda x: function(x, dim=axes, keepdim=keep),
                    [sampler.floats((2, 3, 4))], axes=axes, keepDimensions=keep)
    # Longer than a vector, and not a multiple of one.
    long = sampler.floats((2, 133), low=-4.0, high=4.0)
    for name, function in functions.items():
        yield case(sampler, name, lambda x: function(x, dim=[1]), [long],
                   axes=[1], keepDimensions=False)
    for axis in (0, 1):
        yield case(sampler, "argmax", lambda x: torch.argmax(x, dim=axis),
                   [sampler.floats((3, 5))], axes=[axis], keepDimensions=False)


def matmul_cases(sampler):
    for batch in ((), (2,)):
        for left in (False, True):
            for right in (False, True):
                yield _matmul(sampler, batch, batch, left, right)
    yield _matmul(sampler, (2,), (), False, False)
    yield _matmul(sampler, (), (), False, False, rows=1, inner=37, columns=19)
    yield _matmul(sampler, (), (), True, False, rows=7, inner=33, columns=17)


def _matmul(sampler, left_batch, right_batch, transpose_left, transpose_right,
            rows=3, inner=4, columns=5):
    left = (inner, rows) if transpose_left else (rows, inner)
    right = (columns, inner) if transpose_right else (inner, columns)

    def product(a, b):
        return ((a.mT if transpose_left else a)
                @ (b.mT if transpose_right else b))

    inputs = [sampler.floats((*left_batch, *left)),
              sampler.floats((*right_batch, *right), low=-4.0, high=4.0)]
    return case(sampler, "matmul", product, inputs,
                transposeLeft=transpose_left, transposeRight=transpose_right)


def softmax_cases(sampler):
    extreme = torch.tensor(
        [[80.0, -80.0, 0.0], [1000.0, 999.0, 998.0], [-1000.0, -999.0, -998.0]],
        dtype=torch.float64)
    for name, function in {"softmax": torch.softmax,
                           "logSoftmax": torch.log_softmax}.items():
        for shape, axis in (((3, 5), 1), ((3, 5), 0), ((2, 3, 4), 1), ((2, 37), 1)):
            yield case(sampler, name, lambda x: function(x, dim=axis),
                       [sampler.floats(shape)], axis=axis)
        yield case(sampler, name, lambda x: function(x, dim=1), [extreme], axis=1)


def movement_cases(sampler):
    for permutation in ([1, 0], [0, 2, 1], [2, 0, 1], [3, 1, 0, 2]):
        shape = (2, 3, 4, 5)[:len(permutation)]
        yield case(sampler, "transpose", lambda x: x.permute(permutation),
                   [sampler.floats(shape)], permutation=permutation)
    for shape in ([6, 4], [24], [2, 1, 12], [1, 2, 3, 4]):
        yield case(sampler, "reshape", lambda x: x.reshape(shape),
                   [sampler.floats((2, 3, 4))], shape=shape)
    for axis, shapes in ((0, [(2, 3), (4, 3)]), (1, [(2, 3), (2, 1), (2, 4)]),
                         (1, [(2, 3, 2), (2, 1, 2)])):
        yield case(sampler, "concatenate", lambda *x: torch.cat(x, dim=axis),
                   [sampler.floats(shape) for shape in shapes], axis=axis)
    for starts, ends in (([1, 0], [3, 5]), ([0, 2], [4, 3]), ([1, 1], [4, 4])):
        yield case(sampler, "slice",
                   lambda x: x[starts[0]:ends[0], starts[1]:ends[1]],
                   [sampler.floats((4, 5))], starts=starts, ends=ends)


def indexing_cases(sampler):
    for table, indices in (((5, 3), (4,)), ((6,), (3,)), ((5, 3), (2, 3))):
        yield case(sampler, "gather", lambda x, i: x[i],
                   [sampler.floats(table), sampler.integers(indices, table[0])],
                   axis=0)
    for shape in ((4,), (2, 3)):
        yield case(sampler, "oneHot", lambda i: F.one_hot(i, 5).double(),
                   [sampler.integers(shape, 5)], depth=5)
    for condition, left, right in (((3, 4), (3, 4), (3, 4)), ((3, 4), (3, 4), ()),
                                   ((3, 1), (4,), (3, 4))):
        yield case(sampler, "select", torch.where,
                   [sampler.booleans(condition), sampler.floats(left),
                    sampler.floats(right)])
