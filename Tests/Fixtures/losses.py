"""losses.json: the value of each loss and its gradient in the predictions."""

import torch
import torch.nn.functional as F

from encoding import Sampler, encode

FORMULAS = {
    "softmaxCrossEntropy":
        "mean over rows of -logSoftmax(predictions)[label], over the last axis",
    "softmaxCrossEntropy, classWeights w, labelSmoothing e":
        "mean over rows of -sum_k w_k q_k logSoftmax_k,"
        " q = (1 - e) oneHot(label) + e / K",
    "binaryCrossEntropy":
        "mean over elements of softplus(x) - x * target, x the logit",
    "squaredError": "mean over elements of (prediction - target)^2",
    "halfSquaredError": "mean over rows of the sum of (prediction - target)^2 / 2",
    "absoluteError": "mean over elements of |prediction - target|",
    "huber": "mean over elements of d^2 / 2 where |d| < delta,"
             " else delta (|d| - delta / 2), d = prediction - target",
    "hinge": "mean over elements of max(0, 1 - target * score), targets -1 and 1",
    "squaredHinge": "mean over elements of max(0, 1 - target * score)^2",
    "multiclassSVM": "mean over rows of sum_{j != y} max(0, s_j - s_y + margin)",
    "logistic": "mean over elements of ln(1 + exp(-target * score)), targets -1 and 1",
    "perceptron": "mean over rows of sum_k (step(s_k) - t_k) s_k, step 1 above 0 only;"
                  " the step has no gradient",
    "adaline": "mean over rows of sum_k (t_k - s_k)^2 / 2, targets -1 and 1",
    "zeroOne": "the share of rows whose largest score is not their class'",
}


def document():
    """The whole family."""
    sampler = Sampler(seed=2)
    makers = [softmax_cases, binary_cases, squared_cases, weighted_cases, residual_cases,
              sign_cases, svm_cases, zero_one_cases, unit_cases]
    return {
        "description": "Losses and their gradients with respect to predictions.",
        "formulas": FORMULAS,
        "cases": [case for make in makers for case in make(sampler)],
    }


def case(name, function, predictions, targets, **options):
    predictions = predictions.clone().requires_grad_()
    value = function(predictions, targets)
    gradient, = torch.autograd.grad(value, predictions)
    settings = "".join(f" {key}={value}" for key, value in options.items())
    return {
        "name": f"{name}{settings} {list(predictions.shape)}",
        "loss": name,
        "options": options,
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
        yield case("squaredError", F.mse_loss, sampler.floats(shape), sampler.floats(shape))
    yield case("squaredError", F.mse_loss, extreme([[100], [-100]]), extreme([[-100], [-100]]))


def weighted_cases(sampler):
    """PyTorch divides by the sum of the labels' weights, Apus by the rows: so "sum" here."""
    name = "softmaxCrossEntropy"
    for shape, weights, smoothing in (
            ((5, 3), [0.5, 2.0, 1.25], 0.0), ((5, 3), [], 0.1), ((6, 4), [1.0, 3.0, 0.25, 2.0], 0.2),
            ((2, 3, 4), [], 0.1), ((2, 3, 4), [1.0, 3.0, 0.25, 2.0], 0.0)):
        weight = torch.tensor(weights, dtype=torch.float64) if weights else None
        options = {}
        if weights:
            options["classWeights"] = weights
        if smoothing:
            options["labelSmoothing"] = smoothing
        yield case(
            name, lambda x, labels: F.cross_entropy(
                x.flatten(0, -2), labels.flatten(), weight=weight, label_smoothing=smoothing,
                reduction="sum") / labels.numel(),
            sampler.floats(shape), sampler.integers(shape[:-1], shape[-1]), **options)


def residual_cases(sampler):
    functions = {
        "halfSquaredError": lambda x, t: (0.5 * (x - t).square()).flatten(1).sum(1).mean(),
        "absoluteError": F.l1_loss,
        "huber": F.huber_loss,
    }
    for name, function in functions.items():
        for shape in ((1, 1), (5, 1), (4, 3), (2, 3, 2)):
            yield case(name, function, sampler.floats(shape), sampler.floats(shape))
        yield case(name, function, extreme([[1e4], [-1e4]]), extreme([[-1e4], [-1e4 + 2]]))
    yield case("huber", lambda x, t: F.huber_loss(x, t, delta=0.3), sampler.floats((4, 3)),
               sampler.floats((4, 3)), delta=0.3)


def sign_cases(sampler):
    functions = {
        "hinge": lambda x, t: F.relu(1 - t * x).mean(),
        "squaredHinge": lambda x, t: F.relu(1 - t * x).square().mean(),
        "logistic": lambda x, t: F.softplus(-t * x, threshold=1000).mean(),
    }
    for name, function in functions.items():
        for shape in ((6, 1), (5, 3)):
            signs = sampler.booleans(shape).double() * 2 - 1
            yield case(name, function, sampler.floats(shape, offset=1 / 256), signs)
        yield case(name, function, extreme([[100], [-100], [100], [-100]]),
                   extreme([[1], [1], [-1], [-1]]))
        yield case(name, function, extreme([[1e4], [-1e4]]), extreme([[1], [-1]]))


def svm_cases(sampler):
    for shape, margin in (((5, 3), 1.0), ((4, 10), 1.0), ((5, 3), 0.5)):
        yield case(
            "multiclassSVM",
            lambda x, labels: F.multi_margin_loss(x, labels, margin=margin) * x.shape[-1],
            sampler.floats(shape, offset=1 / 256), sampler.integers(shape[:1], shape[-1]),
            **({"margin": margin} if margin != 1 else {}))


def zero_one_cases(sampler):
    for shape in ((7, 3), (9, 2)):
        yield case(
            "zeroOne", lambda x, labels: (x.argmax(-1) != labels).double().mean() + 0 * x.sum(),
            sampler.floats(shape), sampler.integers(shape[:1], shape[-1]))


def unit_cases(sampler):
    for shape in ((6, 1), (5, 3)):
        yield case(
            "perceptron",
            lambda x, t: (((x > 0).double().detach() - t) * x).flatten(1).sum(1).mean(),
            sampler.floats(shape), sampler.booleans(shape).double())
        yield case(
            "adaline", lambda x, t: (0.5 * (t - x).square()).flatten(1).sum(1).mean(),
            sampler.floats(shape), sampler.booleans(shape).double() * 2 - 1)
    yield case(
        "perceptron",
        lambda x, t: (((x > 0).double().detach() - t) * x).flatten(1).sum(1).mean(),
        extreme([[0], [0], [1e4], [-1e4]]), extreme([[1], [0], [0], [1]]))


def extreme(rows):
    return torch.tensor(rows, dtype=torch.float64)
