"""losses.json: the value of each loss and its gradient in the predictions."""

import torch
import torch.nn.functional as F

from encoding import Sampler, encode

FORMULAS = {
    "softmaxCrossEntropy":
        "mean over rows of -logSoftmax(predictions)[label], over the last axis",
    "binaryCrossEntropy":
        "mean over elements of softplus(x) - x * target, x the logit",
    "squared": "mean over elements of (prediction - target)^2",
}


def document():
    """The whole family."""
    sampler = Sampler(seed=2)
    makers = [softmax_cases, binary_cases, squared_cases]
    return {
        "description": "Losses and their gradients with respect to predictions.",
        "formulas": FORMULAS,
        "cases": [case for make in makers for case in make(sampler)],
    }


def case(name, function, predictions, targets):
    predictions = predictions.clone().requires_grad_()
    value = function(predictions, targets)
    gradient, = torch.autograd.grad(value, predictions)
    return {
        "name": f"{name} {list(predictions.shape)}",
        "loss": name,
        "predictions": encode(predictions),
        "targets": encode(targets),
        "value": value.item(),
        "gradient": encode(gradient),
    }


def softmax_cross_entropy(predictions, labels):
    return F.cross_entropy(predictions.flatten(0, -2), labels.flatten())


def softmax_cases(sampler):
    name = "softmaxCrossEntropy"
    for shape in ((1, 2), (4, 3), (7, 10), (3, 37), (2, 3, 5)):
        yield case(name, softmax_cross_entropy, sampler.floats(shape),
                   sampler.integers(shape[:-1], shape[-1]))
    yield case(name, softmax_cross_entropy, extreme([[100, -100, 0], [-100, 100, 0]]),
               torch.tensor([1, 1]))
    yield case(name, softmax_cross_entropy, extreme([[100, 100], [-100, -100]]),
               torch.tensor([0, 1]))


def binary_cases(sampler):
    name = "binaryCrossEntropy"
    function = F.binary_cross_entropy_with_logits
    for shape in ((1, 1), (6, 1), (4, 3)):
        yield case(name, function, sampler.floats(shape),
                   sampler.booleans(shape).double())
    yield case(name, function, sampler.floats((3, 2)),
               sampler.floats((3, 2), low=0.0, high=1.0))
    yield case(name, function, extreme([[100], [-100], [100], [-100], [0]]),
               extreme([[1], [1], [0], [0], [1]]))


def squared_cases(sampler):
    for shape in ((1, 1), (5, 1), (4, 3), (2, 3, 2)):
        yield case("squared", F.mse_loss, sampler.floats(shape), sampler.floats(shape))
    yield case("squared", F.mse_loss, extreme([[100], [-100]]), extreme([[-100], [-100]]))


def extreme(rows):
    return torch.tensor(rows, dtype=torch.float64)
