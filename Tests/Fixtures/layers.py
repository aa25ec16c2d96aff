"""layers.json: whole layers with their parameters, in training and in inference.

A case gives a layer's description as JSON text, its parameters and states under PyTorch's
names, an input, the output in training mode, weights w of the output's shape,
the gradients of sum(output * w) with respect to the input and to each
parameter, the states after that pass, and the output in inference mode after
it. Matrices of linear layers are [in, out], as Apus has them.
"""

import json

import torch
from torch import nn

from encoding import Sampler, encode


def document():
    """The whole family."""
    sampler = Sampler(seed=6)
    makers = [batch_norm_cases, layer_norm_cases, response_norm_cases, embedding_cases,
              attention_cases, gpt_cases]
    return {
        "description": "Layers: outputs, gradients of sum(output * weights), states.",
        "cases": [case for make in makers for case in make(sampler)],
    }


def case(sampler, layer, module, inputs, show=lambda x: x, unshow=lambda y: y,
         tables=(), scale=1.0):
    """Runs one case; `show` turns an input into PyTorch's layout, `unshow` an output back.

    `tables` are matrices that are no linear layer's; `scale` makes parameters that don't scale smaller.
    """
    module = module.double()
    for name, parameter in module.named_parameters():
        is_scale = name.endswith("weight") and parameter.dim() == 1
        low, high, factor = (0.5, 1.5, 1.0) if is_scale else (-3.0, 3.0, scale)
        parameter.data = sampler.floats(parameter.shape, low=low, high=high) * factor
    states = {name: value for name, value in module.named_buffers() if value.is_floating_point()}
    for name, value in states.items():
        value.copy_(sampler.floats(value.shape, low=0.5, high=1.5))
    before = {name: encode(value) for name, value in states.items()}
    differentiable = inputs.is_floating_point()
    inputs = inputs.clone().requires_grad_(differentiable)
    module.train()
    output = unshow(module(show(inputs)))
    weights = sampler.floats(output.shape, low=-4.0, high=4.0)
    (output * weights).sum().backward()
    after = {name: encode(value) for name, value in states.items()}
    module.eval()
    return {
        "name": f"{json.dumps(layer)} {list(inputs.shape)}",
        "layer": json.dumps(layer),
        "input": encode(inputs),
        "parameters": {name: encode(ours(name, value, tables))
                       for name, value in module.named_parameters()},
        "states": before,
        "output": encode(output),
        "weights": encode(weights),
        "inputGradient": encode(inputs.grad) if differentiable else None,
        "gradients": {name: encode(ours(name, value.grad, tables))
                      for name, value in module.named_parameters()},
        "statesAfter": after,
        "inference": encode(unshow(module(show(inputs)))),
    }


def ours(name, value, tables):
    """A linear layer's matrix the way round that Apus has it."""
    return value.mT if value.dim() == 2 and name not in tables else value


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def batch_norm_cases(sampler):
    yield case(sampler, "batchNorm", nn.BatchNorm1d(5), sampler.floats((7, 5)))
    yield case(sampler, "batchNorm", nn.BatchNorm2d(3), sampler.floats((4, 3, 2, 3)),
               channels_first, channels_last)
    yield case(sampler, {"batchNorm": {"momentum": 0.25, "epsilon": 0.0078125}},
               nn.BatchNorm1d(2, momentum=0.25, eps=0.0078125), sampler.floats((3, 2)))


def layer_norm_cases(sampler):
    yield case(sampler, "layerNorm", nn.LayerNorm(6), sampler.floats((4, 6)))
    yield case(sampler, "layerNorm", nn.LayerNorm(37), sampler.floats((2, 3, 37)))
    yield case(sampler, {"layerNorm": {"epsilon": 0.0078125, "bias": False}},
               nn.LayerNorm(4, eps=0.0078125, bias=False), sampler.floats((3, 4)))


def response_norm_cases(sampler):
    for layer, module in (
            ("localResponseNorm", nn.LocalResponseNorm(5)),
            ({"localResponseNorm": {"size": 4, "alpha": 0.5, "beta": 0.5, "k": 2.0}},
             nn.LocalResponseNorm(4, alpha=0.5, beta=0.5, k=2.0))):
        yield case(sampler, layer, module, sampler.floats((2, 2, 3, 7)),
                   channels_first, channels_last)


class PositionEmbedding(nn.Module):
    """Adds a row of its weight at each position."""

    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, width))

    def forward(self, x):
        return x + self.weight[:x.shape[1]]


class SinusoidalPositions(nn.Module):
    """The waves of "Attention is all you need", section 3.5, as float32 holds them."""

    def forward(self, x):
        _, length, width = x.shape
        position = torch.arange(length, dtype=torch.float64)[:, None]
        element = torch.arange(width)
        angle = position / 10000.0 ** ((element // 2 * 2).double() / width)
        return x + torch.where(element % 2 == 0, angle.sin(), angle.cos()).float()


class CausalAttention(nn.MultiheadAttention):
    """nn.MultiheadAttention of a sequence on itself, with or without a causal mask."""

    def __init__(self, width, heads, causal, bias=True):
        super().__init__(width, heads, bias=bias, batch_first=True)
        self.causal = causal

    def forward(self, x):
        length = x.shape[1]
        mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1) if self.causal else None
        return super().forward(x, x, x, attn_mask=mask, need_weights=False)[0]


class GPTBlock(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, bias=bias)
        self.attention = CausalAttention(width, heads, True, bias)
        self.norm2 = nn.LayerNorm(width, bias=bias)
        self.up = nn.Linear(width, 4 * width, bias=bias)
        self.down = nn.Linear(4 * width, width, bias=bias)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    """nanoGPT's network."""

    def __init__(self, vocabulary, context, layers, heads, width, bias, ties):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = PositionEmbedding(context, width)
        self.blocks = nn.Sequential(*(GPTBlock(width, heads, bias) for _ in range(layers)))
        self.norm = nn.LayerNorm(width, bias=bias)
        if not ties:
            self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        x = self.norm(self.blocks(self.positions(self.tokens(x))))
        return self.head(x) if hasattr(self, "head") else x @ self.tokens.weight.T


def embedding_cases(sampler):
    yield case(sampler, {"embedding": {"classes": 5, "width": 3}}, nn.Embedding(5, 3),
               sampler.integers((4, 6), 5), tables=["weight"])
    yield case(sampler, {"positionEmbedding": {"length": 6}}, PositionEmbedding(6, 5),
               sampler.floats((2, 4, 5)), tables=["weight"])
    yield case(sampler, "sinusoidalPositions", SinusoidalPositions(), sampler.floats((2, 7, 6)))


def attention_cases(sampler):
    for width, heads, causal, bias, length in ((8, 2, True, True, 5), (6, 3, False, False, 4),
                                               (12, 1, True, True, 37)):
        layer = {"multiHeadAttention": {"heads": heads, "isCausal": causal, "bias": bias}}
        yield case(sampler, layer, CausalAttention(width, heads, causal, bias),
                   sampler.floats((2, length, width), low=-8.0, high=8.0) / 4, scale=0.25)


def gpt_cases(sampler):
    for bias, ties in ((True, True), (False, False)):
        layer = {"gpt": {"vocabulary": 7, "context": 6, "layers": 2, "heads": 2, "width": 8,
                         "bias": bias, "tiesHead": ties}}
        yield case(sampler, layer, GPT(7, 6, 2, 2, 8, bias, ties), sampler.integers((3, 5), 7),
                   tables=["tokens.weight", "positions.weight"], scale=0.25)
