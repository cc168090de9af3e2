"""A head start for copying: the induction circuit, set by hand before the first step.

To copy a phrase out of a source, a decoder has to find where its last word stood before and write what came
after it. Two layers do that (Olsson et al. 2022, "In-context Learning and Induction Heads"): in the first, a
head fetches the previous token; in the second, a head looks for the place whose previous token is the
current one and fetches what stands there. Decoders find this by themselves, after more tokens than a laptop's processor
reads in an hour. So the stream is cut into slots, and the heads are set:

    content     what this token is (the embeddings are written here only)
    previous    what the token before it is      <- heads 0 and 1 of layer 0, attending one place back
    copied      what should come next            <- all heads of layer 1, matching content with previous
    constant    a value that is always there, for heads that attend by position alone

The output matrix reads `copied`. All of it is trained on from here; nothing is frozen.
It knows the decoder's parts and nothing of data.
"""

from __future__ import annotations

import torch
from torch import Tensor

from local_models.errors import UsageError
from local_models.training.model import ROPE_BASE, Attention, Decoder, Shape

SLOT_SHARE = 5 / 16
"""Content, previous and copied take 5/16 of the width each; the last 1/16 is free, its first place the constant."""

BACK_GAP = 6.0
"""Nats per rotating pair by which the place before wins over others in layer 0; 8 pairs take part."""

MATCH_GAP = 20.0
"""Nats by which an equal token wins over an unlike one in layer 1: enough among 500 places."""

COPY_STRENGTH = 1.8
"""Length of what is copied against the token's own vector of length 1."""

PREDICTION_STRENGTH = 1.5
"""Length of a token's row of the output matrix in `copied`. With these strengths a phrase that stood in the text
before is continued at 1.8 nats a token, against 9.0 by chance, before any training (80 numbers per token)."""

BACKGROUND = 0.1
"""The chance values that the set heads keep, as a share of what they were, so that they can still be bent."""


def slot_width(shape: Shape) -> int:
    """How many numbers of the stream say what a token is."""
    return int(shape.width * SLOT_SHARE)


def set_copying(model: Decoder, vectors: Tensor) -> None:
    """Write `vectors` (vocabulary, slot width) and the induction circuit into a fresh decoder.

    Raises UsageError for shapes without room for it: under two layers, shared keys or an odd slot.
    """
    shape = model.shape
    if shape.layers < 2 or shape.kv_heads != shape.heads or shape.heads < 2 or slot_width(shape) % shape.heads:
        raise UsageError("The copying circuit needs two layers and as many key as query heads.")
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    with torch.no_grad():
        _set_vocabulary(model, unit)
        _set_previous(model.blocks[0].attention, shape)
        _set_induction(model.blocks[1].attention, shape)


def _set_vocabulary(model: Decoder, unit: Tensor) -> None:
    slot, count = slot_width(model.shape), len(unit)
    model.embedding.weight.mul_(0.3)
    model.embedding.weight[:count, :slot] = unit
    model.embedding.weight[:, 3 * slot] = 1.0
    model.prediction.weight[:count, 2 * slot : 3 * slot] += unit * PREDICTION_STRENGTH


def _set_previous(attention: Attention, shape: Shape) -> None:
    """Heads 0 and 1 attend one place back and write half of the content each into `previous`."""
    slot, head = slot_width(shape), shape.head_width
    scale = _norm_scale(shape, parts=2)
    half = slot // 2
    for number in range(2):
        first = number * head
        _clear(attention, first, head)
        query, key = _one_back(shape)
        attention.query.weight[first : first + head, 3 * slot] = query / scale
        attention.key.weight[first : first + head, 3 * slot] = key / scale
        rows = torch.arange(half)
        attention.value.weight[first + rows, number * half + rows] = 1.0 / scale
        attention.output.weight[slot + number * half + rows, first + rows] = 1.0


def _set_induction(attention: Attention, shape: Shape) -> None:
    """Every head compares its own view of content with previous, and copies its share of the content."""
    slot, head = slot_width(shape), shape.head_width
    scale = _norm_scale(shape, parts=3)
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


def _clear(attention: Attention, first: int, head: int) -> None:
    for part in (attention.query, attention.key, attention.value):
        part.weight[first : first + head] *= BACKGROUND
    attention.output.weight[:, first : first + head] *= BACKGROUND


def _norm_scale(shape: Shape, parts: int) -> float:
    """What the norm multiplies with when the stream holds `parts` vectors of length 1."""
    return float((shape.width / parts) ** 0.5)
