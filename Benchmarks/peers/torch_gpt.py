"""W6 in PyTorch: the GPT as nanoGPT writes it, eager or compiled, AdamW in one of its forms."""

import torch
import torch.nn.functional as F
from torch import nn

from gpt import BATCH, CONTEXT, HEADS, LAYERS, RATE, VOCABULARY, WIDTH, batch


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.packed = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        query, key, value = (
            part.view(BATCH, CONTEXT, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in self.packed(x).split(WIDTH, dim=2))
        y = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(BATCH, CONTEXT, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.mlp = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)

    def forward(self, x):
        x = self.tokens(x) + self.positions.weight
        return F.linear(self.norm(self.blocks(x)), self.tokens.weight)


def make_training(form):
    """W6 with one form of the optimizer."""
    torch.manual_seed(1)
    model = GPT()
    inputs, targets = (torch.from_numpy(array).long() for array in batch())
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, **form)

    def step(count):
        for _ in range(count):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).backward()
            optimizer.step()

    return step
