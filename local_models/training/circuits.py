"""A head start for copying: the induction circuit, set by hand before the first step.

To copy a phrase out of a source, a decoder has to find where its last word stood before and write what came
after it. Two layers do that (Olsson et al. 2022, "In-context Learning and Induction Heads"): in the first, a
head fetches the previous token; in the second, a head looks for the place whose previous token is the
current one and fetches what stands there. Decoders find this by themselves, after more tokens than a laptop's processor
reads in an hour. So the stream is cut into slots, and the heads are set:

    content     what this token is (the embeddings are written here only), rarer tokens at greater length
    previous    what the token before it is      <- head 0 of layer 0, attending one place back
    copied      what should come next            <- all heads of layer 1, matching content with previous
    window      what stood just before, mixed    <- head 1 of layer 0, attending about a dozen places back
    constant    a value that is always there, for heads that attend by position alone

Nobody reads `window` yet: it is there for the later layers to compare a question with places in the sources.

The output matrix reads `copied`. All of it is trained on from here; nothing is frozen.
It knows the decoder's parts and nothing of data.
"""

from __future__ import annotations

import torch
from torch import Tensor

from local_models.errors import UsageError
from local_models.training.model import ROPE_BASE, Attention, Decoder, Shape

SLOTS = 4
SLOT_SHARE = 15 / 64
"""Each of the four slots takes 15/64 of the width; the last 1/16 is free, its first place the constant."""

SHORTEST = 0.8
FREQUENT = 2000
"""Tokens are numbered by when they were merged, so by frequency: the first ones get vectors of length 0.5 to 1."""

BACK_GAP = 6.0
"""Nats per rotating pair by which the place before wins over others in layer 0; 8 pairs take part."""

MATCH_GAP = 20.0
"""Nats by which an equal token wins over an unlike one in layer 1: enough among 500 places."""

COPY_STRENGTH = 1.8
"""Length of what is copied against the token's own vector of length 1."""

PREDICTION_STRENGTH = 1.5
"""Length of a token's row of the output matrix in `copied`. With these strengths a phrase that stood in the text
before is continued at 1.6 nats a token, against 9.0 by chance, before any training (60 numbers per token)."""

BACKGROUND = 0.1
"""The chance values that the set heads keep, as a share of what they were, so that they can still be bent."""


def slot_width(shape: Shape) -> int:
    """How many numbers of the stream say what a token is."""
    return int(shape.width * SLOT_SHARE)


def set_copying(model: Decoder, vectors: Tensor) -> None:
    """Write `vectors` (vocabulary, slot width) and the induction circuit into a fresh decoder.

    Raises UsageError for shapes without room for it: under two layers, shared keys or slots wider than a head.
    """
    shape = model.shape
    slot = slot_width(shape)
    shared = shape.kv_heads != shape.heads
    if shape.layers < 2 or shape.heads < 2 or shared or slot % shape.heads or slot > shape.head_width:
        raise UsageError("The copying circuit needs two layers and as many key as query heads.")
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    with torch.no_grad():
        _set_vocabulary(model, unit)
        _set_previous(model.blocks[0].attention, shape)
        _set_induction(model.blocks[1].attention, shape)


def _set_vocabulary(model: Decoder, unit: Tensor) -> None:
    slot, count = slot_width(model.shape), len(unit)
    rarity = (torch.arange(count) / FREQUENT).clamp(max=1.0).sqrt()
    model.embedding.weight.mul_(0.3)
    model.embedding.weight[:count, :slot] = unit * (SHORTEST + (1 - SHORTEST) * rarity)[:, None]
    model.embedding.weight[:, SLOTS * slot] = 1.0
    model.prediction.weight[:count, 2 * slot : 3 * slot] += unit * PREDICTION_STRENGTH


def _set_previous(attention: Attention, shape: Shape) -> None:
    """Head 0 attends one place back, head 1 to the last dozen; both write what they find into their slots."""
    slot, head = slot_width(shape), shape.head_width
    scale = _norm_scale(shape, parts=2)
    rows = torch.arange(slot)
    for number, (query, key), to in ((0, _one_back(shape), 1), (1, _nearby(shape), 3)):
        first = number * head
        _clear(attention, first, head)
        attention.query.weight[first : first + head, SLOTS * slot] = query / scale
        attention.key.weight[first : first + head, SLOTS * slot] = key / scale
        attention.value.weight[first + rows, rows] = 1.0 / scale
        attention.output.weight[to * slot + rows, first + rows] = 1.0


def _set_induction(attention: Attention, shape: Shape) -> None:
    """Every head compares its own view of content with previous, and copies its share of the content."""
    slot, head = slot_width(shape), shape.head_width
    scale = _norm_scale(shape, parts=4)
    share = slot // shape.heads
    draw = torch.Generator().manual_seed(1)
    strength = (MATCH_GAP * head**0.5 * slot / (head / 2)) ** 0.5 / scale
    for number in range(shape.heads):
        first = number * head
        _clear(attention, first, head)
        # the slower half of the pairs hardly turns with distance: they compare contents
        slow = torch.arange(head // 2, head)
        directions = torch.linalg.qr(torch.randn(slot, len(slow), generator=draw))[0].T
        attention.query.weight[first + slow, :slot] += directions * strength
        attention.key.weight[first + slow, slot : 2 * slot] += directions * strength
        rows = torch.arange(share)
        attention.value.weight[first + rows, number * share + rows] = COPY_STRENGTH / scale
        attention.output.weight[2 * slot + number * share + rows, first + rows] = 1.0


def _one_back(shape: Shape) -> tuple[Tensor, Tensor]:
    """A query and a key, the same for all tokens, whose product is largest one place apart."""
    pairs = 8
    rates = ROPE_BASE ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
    length = (BACK_GAP * shape.head_width**0.5) ** 0.5
    query, key = torch.zeros(shape.head_width), torch.zeros(shape.head_width)
    for pair in range(pairs):
        key[2 * pair] = length
        query[2 * pair] = length * torch.cos(rates[pair])
        query[2 * pair + 1] = -length * torch.sin(rates[pair])
    return query, key


def _nearby(shape: Shape) -> tuple[Tensor, Tensor]:
    """A query and a key, the same for all tokens, whose product falls off over about a dozen places."""
    rates = ROPE_BASE ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
    slow_enough = [pair for pair, rate in enumerate(rates.tolist()) if 0.05 < rate < 0.15]
    length = (2.0 * shape.head_width**0.5) ** 0.5
    both = torch.zeros(shape.head_width)
    both[[2 * pair for pair in slow_enough]] = length
    return both, both.clone()


def _clear(attention: Attention, first: int, head: int) -> None:
    for part in (attention.query, attention.key, attention.value):
        part.weight[first : first + head] *= BACKGROUND
    attention.output.weight[:, first : first + head] *= BACKGROUND


def _norm_scale(shape: Shape, parts: int) -> float:
    """What the norm multiplies with when the stream holds `parts` vectors of length 1."""
    return float((shape.width / parts) ** 0.5)
