"""A head start: copying and finding, set by hand before the first step.

To answer out of a source, a decoder has to find the place that shares the question's words, and to copy from there on.
Decoders learn both by themselves, after more tokens than a laptop's processor reads in hours; the circuits that they
form are known (Olsson et al. 2022, "In-context Learning and Induction Heads"). So the stream is cut into slots,
and heads of the first two layers are set:

    content     what this token is (the embeddings are written here only)
    previous    the token before it                       <- layer 0, head 0: one place back
    window      what stood in the last twenty places,
                rare words before frequent ones           <- layer 0, head 1
    segment     +1 in a question, -1 in a source          <- layer 0, head 2: at the latest marker
    copied      what should come next                     <- layer 1, heads 0 and 1: where `previous` is this token
                                                          <- layer 1, head 2: where an answer begins, the place in a
                                                             source whose window is like the question's
                                                          <- layer 1, head 3: and less of the question's own words

The output matrix reads `copied`. All of it is trained on from here; nothing is frozen. The strengths were set by
looking at where the heads attend in 28 held-back questions. It knows the decoder's parts and nothing of data.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from local_models.errors import UsageError
from local_models.training.model import ROPE_BASE, Attention, Decoder, Shape
from local_models.training.tokenizer import ASSISTANT, BOS, CONTROL_TOKENS, SOURCE_TOKENS, token_id

SLOT_SHARE = 15 / 64
"""Content, previous, copied and window take 15/64 of the width each, in this order; flags take the rest."""

SHORTEST, FREQUENT = 0.8, 2000
"""Tokens are numbered by when they were merged, so by frequency: the first ones get vectors of length 0.8 to 1."""

IMPORTANT = 3000
"""From this number on a token is rare enough to say fully what a text is about."""

BACK, NEARBY, RARITY, MARKER = 6.0, 2.0, 5.0, 30.0
"""Nats per rotating pair (one place back, nearby, latest marker), and by which the rarest word wins in a window."""

MATCH, FIND, IN_SOURCE, ONLY_ANSWERING = 34.0, 22.0, 15.0, 30.0
"""Nats by which a head prefers an equal token, an equal window of length 1/2, a source, and to rest on the first
token wherever no answer begins."""

COPY_STRENGTH, PREDICTION_STRENGTH, BACKGROUND = 1.8, 1.5, 0.1
"""Lengths of what is copied and of a token's row in the output matrix; what is left of the chance values."""

STREAM = (8.0, 7.0)
"""What the norms before layers 0 and 1 multiply with at first (measured 11 to 7.7: strengths are meant roughly)."""


@dataclass(frozen=True, slots=True)
class TokenRoles:
    """What the circuits have to know of tokens. `importance` is (vocabulary,), 0 to 1."""

    sources: tuple[int, ...]
    question: int
    assistant: int
    begin: int
    importance: Tensor


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the stream the slots begin, and where the single values are."""

    slot: int

    @property
    def previous(self) -> int:
        return self.slot

    @property
    def copied(self) -> int:
        return 2 * self.slot

    @property
    def window(self) -> int:
        return 3 * self.slot

    @property
    def constant(self) -> int:
        return 4 * self.slot

    @property
    def segment(self) -> int:
        return 4 * self.slot + 1

    @property
    def flags(self) -> tuple[int, int, int, int, int]:
        """An answer begins; the first token; importance; a marker; which kind of marker."""
        first = 4 * self.slot + 2
        return first, first + 1, first + 2, first + 3, first + 4


def slot_width(shape: Shape) -> int:
    """How many numbers of the stream say what a token is."""
    return int(shape.width * SLOT_SHARE)


def roles_of(tokenizer: Tokenizer) -> TokenRoles:
    """The roles of our own tokenizer's tokens. "Question" is one token, for every training prompt has it."""
    count = tokenizer.get_vocab_size()
    importance = (torch.arange(count) / IMPORTANT).clamp(max=1.0).sqrt()
    for number in range(count):
        importance[number] *= _meaning(tokenizer.id_to_token(number) or "")
    sources = tuple(token_id(tokenizer, token) for token in SOURCE_TOKENS)
    question, assistant, begin = (token_id(tokenizer, token) for token in ("Question", ASSISTANT, BOS))
    return TokenRoles(sources, question, assistant, begin, importance)


def set_circuits(model: Decoder, vectors: Tensor, roles: TokenRoles) -> None:
    """Write `vectors` (vocabulary, slot width) and both circuits into a fresh decoder.

    Raises UsageError for shapes without room: under two layers or four heads, shared keys, slots wider than a head.
    """
    shape = model.shape
    slot = slot_width(shape)
    if shape.layers < 2 or shape.heads < 4 or shape.kv_heads != shape.heads or slot > shape.head_width:
        raise UsageError("The circuits need two layers, four heads with keys of their own, and slots within a head.")
    places = Places(slot)
    with torch.no_grad():
        _set_vocabulary(model, vectors / vectors.norm(dim=1, keepdim=True), roles, places)
        _set_first_layer(model.blocks[0].attention, shape, places)
        _set_second_layer(model.blocks[1].attention, shape, places)


def _set_vocabulary(model: Decoder, unit: Tensor, roles: TokenRoles, places: Places) -> None:
    slot, count = places.slot, len(unit)
    answering, first, importance, marker, kind = places.flags
    table = model.embedding.weight
    rarity = (torch.arange(count) / FREQUENT).clamp(max=1.0).sqrt()
    table.mul_(0.3)
    table[:, places.constant :] = 0.0
    table[:count, :slot] = unit * (SHORTEST + (1 - SHORTEST) * rarity)[:, None]
    table[:, places.constant] = 1.0
    table[: len(roles.importance), importance] = roles.importance
    table[[*roles.sources, roles.question], marker] = 1.0
    table[list(roles.sources), kind] = -1.0
    table[roles.question, kind] = 1.0
    table[roles.assistant, answering] = 1.0
    table[roles.begin, first] = 1.0
    table[roles.begin, :slot] = 0.0
    model.prediction.weight[:count, places.copied : places.window] += unit * PREDICTION_STRENGTH


def _set_first_layer(attention: Attention, shape: Shape, places: Places) -> None:
    """Previous token, window of the last places, latest marker."""
    scale, head = STREAM[0], shape.head_width
    _, _, importance, marker, kind = places.flags
    rates = _rates(shape)
    rows = torch.arange(places.slot)
    for number in range(3):
        _clear(attention, number * head, head, 0.0)
    query, key, value, output = _weights(attention)
    for pair in range(8):
        rate, length = rates[pair], _root(BACK, shape) / scale
        key[2 * pair, places.constant] = length
        query[2 * pair, places.constant] = length * torch.cos(rate)
        query[2 * pair + 1, places.constant] = -length * torch.sin(rate)
    for pair in _pairs(rates, 0.02, 0.06):
        query[head + 2 * pair, places.constant] = key[head + 2 * pair, places.constant] = _root(NEARBY, shape) / scale
    still = head + head - 4
    query[still, places.constant] = key[still, importance] = _root(RARITY, shape) / scale
    for pair in _pairs(rates, 0.003, 0.005):
        place = 2 * head + 2 * pair
        query[place, places.constant] = key[place, marker] = _root(MARKER, shape) / scale
    for number, to in ((0, places.previous), (1, places.window)):
        value[number * head + rows, rows] = 1.0 / scale
        output[to + rows, number * head + rows] = 1.0
    value[2 * head, kind] = 1.0 / scale
    output[places.segment, 2 * head] = 1.0


def _set_second_layer(attention: Attention, shape: Shape, places: Places) -> None:
    """Two heads go on with what was seen before, one finds where an answer stands, one holds the question back."""
    scale, head, slot = STREAM[1], shape.head_width, places.slot
    answering, first, _, _, _ = places.flags
    for number in range(4):
        _clear(attention, number * head, head, BACKGROUND)
    query, key, value, output = _weights(attention)
    draw = torch.Generator().manual_seed(1)
    # the slower half of the pairs hardly turns with distance: they compare contents; the last two are for flags
    slow = torch.arange(head // 2, head)
    half = slot // 2
    for number in range(2):
        views = _views(slot, len(slow), draw) * (MATCH * head**0.5 * slot / len(slow)) ** 0.5 / scale
        query[number * head + slow, :slot] += views
        key[number * head + slow, places.previous : places.copied] += views
        rows = torch.arange(half)
        value[number * head + rows, number * half + rows] += COPY_STRENGTH / scale
        output[places.copied + number * half + rows, number * head + rows] += 1.0
    found = 2 * head + torch.arange(head // 2 - 4, head - 4)
    # windows have a length of about 1/2: 4 times the strength for as many nats
    views = _views(slot, len(found), draw) * (4 * FIND * head**0.5 * slot / len(found)) ** 0.5 / scale
    query[found, places.window : places.constant] += views
    key[found, places.window : places.constant] += views
    query[3 * head - 4, places.constant] += _root(IN_SOURCE, shape) / scale
    key[3 * head - 4, places.segment] -= _root(IN_SOURCE, shape) / scale
    gate = _root(ONLY_ANSWERING, shape) / scale
    for number in (2, 3):
        rest = number * head + head - 2
        query[rest, places.constant] += gate
        query[rest, answering] -= 2 * gate
        key[rest, first] += gate
    query[4 * head - 4, places.constant] += gate
    key[4 * head - 4, answering] += gate
    rows = torch.arange(slot)
    for number, read, strength in ((2, 0, COPY_STRENGTH), (3, places.window, -1.0)):
        value[number * head + rows, read + rows] += 1.0 / scale
        output[places.copied + rows, number * head + rows] += strength


def _weights(attention: Attention) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return attention.query.weight, attention.key.weight, attention.value.weight, attention.output.weight


def _rates(shape: Shape) -> Tensor:
    return ROPE_BASE ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)


def _pairs(rates: Tensor, low: float, high: float) -> list[int]:
    """The rotating pairs that turn by `low` to `high` rad a place."""
    return [pair for pair, rate in enumerate(rates.tolist()) if low < rate < high]


def _root(nats: float, shape: Shape) -> float:
    """What query and key must both be for a product of `nats` after attention's own scaling."""
    return float((nats * shape.head_width**0.5) ** 0.5)


def _views(slot: int, count: int, draw: torch.Generator) -> Tensor:
    """`count` directions at right angles, (count, slot)."""
    return torch.linalg.qr(torch.randn(slot, count, generator=draw))[0].T


def _clear(attention: Attention, start: int, head: int, kept: float) -> None:
    for part in (attention.query, attention.key, attention.value):
        part.weight[start : start + head] *= kept
    attention.output.weight[:, start : start + head] *= kept


def _meaning(token: str) -> float:
    """1 for words, 1/2 for scraps of two letters, 0 for marks: how far a token says what a text is about."""
    word = token.lstrip("Ġ")
    if token in (*CONTROL_TOKENS, *SOURCE_TOKENS) or not word[:1].isalnum():
        return 0.0
    return 0.5 if len(word) <= 2 and not word.isdigit() else 1.0
