"""schedules.json: the learning rate at each of 30 steps, counted from 0."""

import numpy as np
import torch
from torch.optim import lr_scheduler

COUNT = 30


def document():
    """The whole family."""
    return {
        "description": "The learning rate of steps 0 ..< 30 (t below).",
        "cases": [constant(), step(), exponential(), cosine(), cosine_held(),
                  warmup_cosine()],
    }


def constant():
    return case("constant", {"base": 0.1}, "base",
                scheduled(0.1, lr_scheduler.LambdaLR, lr_lambda=lambda _: 1.0))


def step():
    return case("step", {"base": 0.1, "every": 7, "factor": 0.5},
                "base * factor^floor(t / every)",
                scheduled(0.1, lr_scheduler.StepLR, step_size=7, gamma=0.5))


def exponential():
    return case("exponential", {"base": 0.1, "factor": 0.9}, "base * factor^t",
                scheduled(0.1, lr_scheduler.ExponentialLR, gamma=0.9))


def cosine():
    return case("cosine", {"base": 0.1, "end": 0.001, "steps": 25},
                "end + (base - end) * (1 + cos(pi * t / steps)) / 2, not held:"
                " after t = steps PyTorch's rate rises again",
                scheduled(0.1, lr_scheduler.CosineAnnealingLR, T_max=25, eta_min=0.001))


def cosine_held():
    return case("cosineHeld", {"base": 0.1, "end": 0.001, "steps": 25},
                "as cosine up to t = steps, then end",
                cosine_rate(np.arange(COUNT), 0.1, 0.001, 25))


def warmup_cosine():
    steps = np.arange(COUNT)
    rates = np.where(steps < 5, 0.1 * (steps + 1) / 5,
                     cosine_rate(steps - 5, 0.1, 0.001, 20))
    return case("warmupCosine",
                {"base": 0.1, "end": 0.001, "warmup": 5, "steps": 20},
                "base * (t + 1) / warmup for t < warmup,"
                " then cosineHeld at t - warmup", rates)


def cosine_rate(steps, base, end, count):
    fraction = np.clip(steps, 0, count) / count
    return end + (base - end) * (1 + np.cos(np.pi * fraction)) / 2


def scheduled(base, scheduler, **options):
    """The rates of one of PyTorch's schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = scheduler(optimizer, **options)
    rates = []
    for _ in range(COUNT):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def case(name, options, formula, rates):
    return {"name": name, "options": options, "formula": formula,
            "rates": [float(rate) for rate in rates]}
