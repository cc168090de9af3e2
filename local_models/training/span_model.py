"""The span reader: an encoder with three small heads, and the batches that it reads.

Two linear heads score each token of the passage as first and as last of the answer (Devlin et al. 2019); the
[CLS] token's scores stand for "not here". Its margin over the best span ranks passages and calibrates abstention.
A third head says from [CLS] alone whether the passage answers at all; the loss of both makes the encoder
look for what is missing instead of for the likeliest words.

It knows the encoder's tokens, and of the examples only their characters.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from local_models.training.span_examples import SpanExample
from local_models.training.tokenizer import token_id

LENGTH = 256
"""Tokens of question and passage together: what the encoder was made for, and what a passage of the app has."""

STEP = 16
"""Batches have lengths in steps: torch keeps memory for each shape it has seen."""

QUESTION_TOKENS = 48
CHECKPOINT = "span.pt"
FROZEN = "encoder.embeddings.word_embeddings.weight"

HIDDEN = -1e4


class SpanBatch(NamedTuple):
    """Ids, attention mask and segment (1: passage), each (rows, length); first and last token, (rows,), 0: not here."""

    ids: Tensor
    mask: Tensor
    segment: Tensor
    first: Tensor
    last: Tensor

    def to(self, device: torch.device) -> SpanBatch:
        return SpanBatch(*(tensor.to(device) for tensor in self))


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A question with (a window of) a passage; `offsets` are the characters of its passage tokens."""

    ids: list[int]
    passage_from: int
    offsets: list[tuple[int, int]]
    first: int
    last: int


class SpanReader(nn.Module):
    """(rows, length) ids to start scores, end scores, and one score per row for "it is here"."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.ends = nn.Linear(width, 2)
        self.here = nn.Linear(width, 1)

    def forward(self, ids: Tensor, mask: Tensor, segment: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segment).last_hidden_state
        scores = self.ends(hidden)
        # a span lies in the passage; place 0, [CLS], stands for "not here"
        allowed = (segment * mask).bool()
        allowed = torch.cat((torch.ones_like(allowed[:, :1]), allowed[:, 1:]), dim=1)
        scores = scores.masked_fill(~allowed.unsqueeze(-1), HIDDEN)
        return scores[..., 0], scores[..., 1], self.here(hidden[:, 0])[:, 0]

    def loss(self, batch: SpanBatch) -> Tensor:
        """Mean cross-entropy of the two ends, and of being here at all."""
        first, last, here = self(batch.ids, batch.mask, batch.segment)
        ends = functional.cross_entropy(first.float(), batch.first) + functional.cross_entropy(last.float(), batch.last)
        there = functional.binary_cross_entropy_with_logits(here.float(), (batch.first > 0).float())
        return ends / 2 + there / 2


class SpanEncoder:
    """Questions and passages in the encoder's tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._cls, self._sep = token_id(tokenizer, "[CLS]"), token_id(tokenizer, "[SEP]")

    def encode(self, example: SpanExample, rng: random.Random, length: int = LENGTH) -> EncodedPassage:
        """One window of `length` tokens, around the answer where there is one and the passage is too long."""
        question = self._tokenizer.encode(example.question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        passage = self._tokenizer.encode(example.passage, add_special_tokens=False)
        ids, offsets = list(passage.ids), list(passage.offsets)
        first, last = token_span(offsets, example.start, example.end)
        room = length - len(question) - 3
        if len(ids) > room:
            latest = len(ids) - room
            begin = rng.randint(max(0, last - room + 1), min(first, latest)) if first >= 0 else rng.randint(0, latest)
            ids, offsets = ids[begin : begin + room], offsets[begin : begin + room]
            first, last = (first - begin, last - begin) if first >= 0 else (-1, -1)
        start = len(question) + 2
        ends = (first + start, last + start) if first >= 0 else (0, 0)
        return EncodedPassage([self._cls, *question, self._sep, *ids, self._sep], start, offsets, *ends)


def token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """First and last token that touch the characters `start` to `end`; -1, -1 if there are none."""
    inside = [number for number, (low, high) in enumerate(offsets) if low < end and high > start]
    return (inside[0], inside[-1]) if inside else (-1, -1)


def batch_of(rows: list[EncodedPassage]) -> SpanBatch:
    """Rows padded to the longest, and to a multiple of STEP."""
    first, last = torch.tensor([row.first for row in rows]), torch.tensor([row.last for row in rows])
    return SpanBatch(*padded([(row.ids, row.passage_from, len(row.ids) - 1) for row in rows]), first, last)


def padded(rows: list[tuple[list[int], int, int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, mask and segment, each (rows, length), of ids and the first and last-but-one place of the second text."""
    length = -(-max(len(row) for row, _, _ in rows) // STEP) * STEP
    ids, mask, segment = (torch.zeros(len(rows), length, dtype=torch.long) for _ in range(3))
    for number, (row, begin, end) in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
        segment[number, begin:end] = 1
    return ids, mask, segment


def load_encoder(folder: Path) -> nn.Module:
    """The BERT of a folder, as both readers train it."""
    bert: nn.Module = AutoModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        attn_implementation="eager",
        # drawing the random numbers took half of a step, and no example is seen more than twice
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return bert


def take_weights(reader: nn.Module, checkpoint: Path, *, new: tuple[str, ...] = ()) -> None:
    """What a checkpoint has learned; `new` names parameters that it does not know."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    left = reader.load_state_dict(state["reader"], strict=False)
    assert set(left.missing_keys) == {FROZEN, *new}, left  # the frozen word pieces are the encoder's own


def load_reader(encoder: Path, run: Path | None = None) -> tuple[SpanReader, SpanEncoder]:
    """The reader on a folder's encoder, with what `run` has learned."""
    bert = load_encoder(encoder)
    reader = SpanReader(bert, bert.config.hidden_size)
    if run is not None and (run / CHECKPOINT).exists():
        take_weights(reader, run / CHECKPOINT)
    return reader, SpanEncoder(Tokenizer.from_file(str(encoder / "tokenizer.json")))
