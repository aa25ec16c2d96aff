"""schedules.json: the learning rate at each of 200 steps, counted from 0."""

import numpy as np
import torch
from torch.optim import lr_scheduler

COUNT = 200


def document():
    """The whole family."""
    return {
        "description": "The learning rate of steps 0 ..< 200 (t below).",
        "cases": [constant(), step(), exponential(), cosine(), cosine_held(),
                  warmup_cosine(), inverse_time(), inverse_square_root(), one_cycle(0.3, 200),
                  one_cycle(0.25, 120), plateau()],
    }


def constant():
    return case("constant", {"base": 0.1}, "base",
                scheduled(0.1, lr_scheduler.LambdaLR, lr_lambda=lambda _: 1.0))


def step():
    return case("step", {"base": 0.1, "every": 7, "factor": 0.5},
                "base * factor^floor(t / every)",
                scheduled(0.1, lr_scheduler.StepLR, step_size=7, gamma=0.5))


def exponential():
    return case("exponential", {"base": 0.1, "k": 0.02}, "base * exp(-k t)",
                scheduled(0.1, lr_scheduler.ExponentialLR, gamma=np.exp(-0.02)))


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


def inverse_time():
    steps = np.arange(COUNT)
    return case("inverseTime", {"base": 0.1, "k": 0.05, "every": 3}, "base / (1 + k floor(t / every))",
                0.1 / (1 + 0.05 * (steps // 3)))


def inverse_square_root():
    return case("inverseSquareRoot", {"base": 0.1}, "base / sqrt(t + 1)",
                0.1 / np.sqrt(np.arange(COUNT) + 1))


def one_cycle(rise, steps):
    """PyTorch refuses steps beyond its last: the rate stays."""
    rates = scheduled(0.1, lr_scheduler.OneCycleLR, count=steps, max_lr=0.1, total_steps=steps,
                      pct_start=rise, div_factor=25.0, final_div_factor=1e4, cycle_momentum=False)
    return case("oneCycle", {"base": 0.1, "rise": rise, "start": 25.0, "end": 1e4, "steps": steps},
                "PyTorch's OneCycleLR, then its last rate", rates + rates[-1:] * (COUNT - steps))


def plateau():
    """A step an epoch; the loss falls, stays, falls a little too little, rises."""
    epochs = np.arange(COUNT)
    losses = np.round(np.exp(-epochs / 20) + 0.2 * (epochs // 50) + 0.01 * np.cos(epochs), 6)
    options = {"factor": 0.5, "patience": 3, "threshold": 0.01, "cooldown": 2, "minimum": 0.001}
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=3, threshold=0.01, cooldown=2, min_lr=0.001)
    rates = []
    for loss in losses:
        rates.append(optimizer.param_groups[0]["lr"])
        schedule.step(loss)
    return case("reduceOnPlateau", {"base": 0.1, **options},
                "PyTorch's ReduceLROnPlateau; losses[t] is seen after step t", rates,
                losses=losses.tolist())


def cosine_rate(steps, base, end, count):
    fraction = np.clip(steps, 0, count) / count
    return end + (base - end) * (1 + np.cos(np.pi * fraction)) / 2


def scheduled(base, scheduler, count=COUNT, **options):
    """The rates of one of PyTorch's schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = scheduler(optimizer, **options)
    rates = []
    for step in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < count - 1:
            schedule.step()
    return rates


def case(name, options, formula, rates, **others):
    return {"name": name, "options": options, "formula": formula,
            "rates": [float(rate) for rate in rates], **others}
