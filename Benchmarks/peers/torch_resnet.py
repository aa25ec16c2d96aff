"""W5 in PyTorch: the residual network, in one of the memory layouts."""

import torch
import torch.nn.functional as F
from torch import nn

from workloads import (MOMENTUM, RESNET_BLOCKS, RESNET_CLASSES, RESNET_RATE, RESNET_STAGES,
                       pictures)


def convolution(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """relu(x + f(x)), f two convolutions with batch normalization."""

    def __init__(self, channels):
        super().__init__()
        self.branch = nn.Sequential(
            convolution(channels, channels), nn.ReLU(inplace=True), convolution(channels, channels))

    def forward(self, inputs):
        return F.relu(inputs + self.branch(inputs), inplace=True)


def network():
    layers = []
    for inputs, channels, stride in RESNET_STAGES:
        layers += [convolution(inputs, channels, stride), nn.ReLU(inplace=True)]
        layers += [Block(channels) for _ in range(RESNET_BLOCKS)]
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(RESNET_STAGES[-1][1], RESNET_CLASSES))


def make_training(layout):
    """W5 with one memory layout of the images."""
    model = network().to(memory_format=layout)
    inputs, targets = (torch.from_numpy(array) for array in pictures())
    inputs = inputs.permute(0, 3, 1, 2).contiguous(memory_format=layout)
    optimizer = torch.optim.SGD(model.parameters(), lr=RESNET_RATE, momentum=MOMENTUM, fused=True)

    def step(count):
        for _ in range(count):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), targets).backward()
            optimizer.step()

    return step
