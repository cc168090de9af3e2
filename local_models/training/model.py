"""The reader's decoder: the Llama architecture in plain torch, small enough to read in one sitting.

RMSNorm before each half of a block, rotary positions, grouped-query attention, a SwiGLU feed-forward
(Touvron et al. 2023); one matrix embeds tokens, another predicts them.
Positions rotate neighbouring pairs (2i, 2i+1), as llama.cpp does for this architecture, so the export
copies every matrix as it is.

It knows nothing of text, data or optimisers. Every linear layer is without bias, every width a multiple
of 128, so that all of it can be quantised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

ROPE_BASE = 500_000.0
"""As Llama 3: half of a head's pairs turn by less than 0.7 rad over 500 tokens, so they can compare contents."""

NORM_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Shape:
    """A decoder's sizes. `heads` divides `width`; `kv_heads` divides `heads`; `context` in tokens."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int = 2048

    @property
    def head_width(self) -> int:
        return self.width // self.heads


SHAPES = {
    "nano": Shape(vocabulary=1024, width=64, layers=2, heads=2, kv_heads=1, feed_forward=128, context=512),
    "cpu": Shape(vocabulary=8192, width=256, layers=5, heads=4, kv_heads=4, feed_forward=768),
    "cpu-wide": Shape(vocabulary=8192, width=384, layers=6, heads=6, kv_heads=2, feed_forward=1024),
    "gpu": Shape(vocabulary=16384, width=512, layers=18, heads=8, kv_heads=2, feed_forward=1408),
}
"""Presets by name. "gpu" (60 M parameters) asks for about 20 minutes of a data-centre GPU; "nano" is for tests."""


class Batch(NamedTuple):
    """What one step learns from.

    `ids` and `positions` are (rows, length). `places` are indices into the flattened rows after which `targets`
    are to be predicted, with `weights` (0: padding); these three have one length.
    """

    ids: Tensor
    positions: Tensor
    places: Tensor
    targets: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(*(tensor.to(device) for tensor in self))


class Norm(nn.Module):
    """RMSNorm, worked out in float32 whatever the stream's type (Zhang and Sennrich 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + NORM_EPSILON)
        return (wide * scale * self.weight).to(x.dtype)


class Attention(nn.Module):
    """Causal self-attention in which `heads` queries share `kv_heads` keys and values."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.query = nn.Linear(shape.width, shape.width, bias=False)
        self.key = nn.Linear(shape.width, kv_width, bias=False)
        self.value = nn.Linear(shape.width, kv_width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, length, _ = x.shape
        query = rotated(self.query(x).view(batch, length, self.shape.heads, -1), cosine, sine).transpose(1, 2)
        key = rotated(self.key(x).view(batch, length, self.shape.kv_heads, -1), cosine, sine).transpose(1, 2)
        value = self.value(x).view(batch, length, self.shape.kv_heads, -1).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        return self.output(mixed.transpose(1, 2).reshape(batch, length, self.shape.width))


class FeedForward(nn.Module):
    """SwiGLU: a gated layer between two widths."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(functional.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    """Attention, then feed-forward, each added to the stream it read."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = Norm(shape.width)
        self.attention = Attention(shape)
        self.feed_forward_norm = Norm(shape.width)
        self.feed_forward = FeedForward(shape)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cosine, sine)
        return x + self.feed_forward(self.feed_forward_norm(x))


class Decoder(nn.Module):
    """Token ids (batch, length) to logits (batch, length, vocabulary)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        self.prediction = nn.Linear(shape.width, shape.vocabulary, bias=False)
        cosine, sine = rotations(shape)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)
        self._initialise()

    def forward(self, ids: Tensor) -> Tensor:
        positions = torch.arange(ids.shape[1], device=ids.device).expand(ids.shape)
        return self.prediction(self.hidden(ids, positions))

    def hidden(self, ids: Tensor, positions: Tensor) -> Tensor:
        """What the last layer says of each token, (batch, length, width); `positions` (batch, length) < context."""
        x = self.embedding(ids)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        cosine, sine = self.cosine[positions].to(x.dtype), self.sine[positions].to(x.dtype)
        for block in self.blocks:
            x = block(x, cosine, sine)
        return self.norm(x)

    def loss(self, batch: Batch) -> Tensor:
        """Mean weighted cross-entropy in nats. Logits are made only where something is to be learned."""
        hidden = self.hidden(batch.ids, batch.positions).flatten(0, 1)[batch.places]
        logits = self.prediction(hidden).float()
        per_token = functional.cross_entropy(logits, batch.targets, reduction="none")
        return (per_token * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6)

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def _initialise(self) -> None:
        """Normal(0, 0.02); matrices that write into the stream are scaled down by depth (Radford et al. 2019)."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                writes = name.endswith(("output.weight", "down.weight"))
                deviation = 0.02 / math.sqrt(2 * self.shape.layers) if writes else 0.02
                nn.init.normal_(parameter, 0.0, deviation)


def rotations(shape: Shape) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary angles, (context, 1, head width / 2) each (Su et al. 2021)."""
    rates = ROPE_BASE ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
    angles = torch.outer(torch.arange(shape.context).float(), rates)[:, None, :]
    return angles.cos(), angles.sin()


def rotated(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """`x` (batch, length, heads, head width) with each neighbouring pair turned by its position's angle."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1).flatten(-2)
