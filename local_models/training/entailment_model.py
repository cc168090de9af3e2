"""footnote-entailment: an encoder that reads a claim with a stretch of text, and one head that says if it follows.

A cross-encoder: claim and text stand in one row, so that every word of one is held against every word of the other
(Devlin et al. 2019, sentence pairs). It begins with the encoder of footnote-span, which has learned to look for what
is asked.

It knows the encoder's tokens, and of the examples only their characters.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from local_models.training.entailment_examples import EntailmentExample
from local_models.training.span_model import CHECKPOINT as SPAN_CHECKPOINT
from local_models.training.span_model import FROZEN, STEP
from local_models.training.tokenizer import token_id

CHECKPOINT = "entailment.pt"

LENGTH = 224
"""Tokens of claim and text together: two sentences of 1,200 characters at most, what names them, and the claim."""

CLAIM_TOKENS = 64


class EntailmentBatch(NamedTuple):
    """Ids, attention mask and segment (1: text), each (rows, length); entailed, (rows,), 1 or 0."""

    ids: Tensor
    mask: Tensor
    segment: Tensor
    entailed: Tensor

    def to(self, device: torch.device) -> EntailmentBatch:
        return EntailmentBatch(*(tensor.to(device) for tensor in self))


class EntailmentReader(nn.Module):
    """(rows, length) ids to one score per row, positive where the text says what is claimed."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.follows = nn.Linear(width, 1)

    def forward(self, ids: Tensor, mask: Tensor, segment: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segment).last_hidden_state
        scores: Tensor = self.follows(hidden[:, 0])[:, 0]
        return scores

    def loss(self, batch: EntailmentBatch) -> Tensor:
        """Mean binary cross-entropy."""
        scores = self(batch.ids, batch.mask, batch.segment)
        return functional.binary_cross_entropy_with_logits(scores.float(), batch.entailed)


class PairEncoder:
    """Claims and texts in the encoder's tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._cls, self._sep = token_id(tokenizer, "[CLS]"), token_id(tokenizer, "[SEP]")

    def batch(self, examples: list[EntailmentExample], length: int = LENGTH) -> EntailmentBatch:
        """Rows padded to the longest, and to a multiple of STEP."""
        rows = [self.encode(one.claim, one.evidence, length) for one in examples]
        longest = -(-max(len(ids) for ids, _ in rows) // STEP) * STEP
        ids, mask, segment = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
        for number, (row, begin) in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
            segment[number, begin : len(row)] = 1
        return EntailmentBatch(ids, mask, segment, torch.tensor([float(one.entailed) for one in examples]))

    def encode(self, claim: str, evidence: str, length: int = LENGTH) -> tuple[list[int], int]:
        """The row's ids and where the text begins in it; the text is cut at its end."""
        head = self._tokenizer.encode(claim, add_special_tokens=False).ids[:CLAIM_TOKENS]
        text = self._tokenizer.encode(evidence, add_special_tokens=False).ids[: length - len(head) - 3]
        return [self._cls, *head, self._sep, *text, self._sep], len(head) + 2


class EntailmentBatches:
    """Batches of examples of like length: eight batches' worth are sorted, which saves a third of the padding."""

    def __init__(
        self, encoder: PairEncoder, examples: Iterator[EntailmentExample], rows: int, rng: random.Random
    ) -> None:
        self._encoder, self._examples, self._rows, self._rng = encoder, examples, rows, rng
        self._ready: list[EntailmentBatch] = []

    def draw(self, progress: float) -> EntailmentBatch:
        """The next batch, whatever the progress."""
        del progress
        if not self._ready:
            drawn = sorted(islice(self._examples, self._rows * 8), key=lambda one: len(one.claim) + len(one.evidence))
            starts = range(0, len(drawn), self._rows)
            self._ready = [self._encoder.batch(drawn[start : start + self._rows]) for start in starts]
            self._rng.shuffle(self._ready)
        return self._ready.pop()


def load_entailment(
    encoder: Path, run: Path | None = None, span: Path | None = None
) -> tuple[EntailmentReader, PairEncoder]:
    """The reader on a folder's encoder, with what `run` has learned, else with the encoder of the `span` run."""
    bert = AutoModel.from_pretrained(
        encoder,
        add_pooling_layer=False,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,  # as in span_model: no example is seen more than twice
        attention_probs_dropout_prob=0.0,
    )
    reader = EntailmentReader(bert, bert.config.hidden_size)
    if run is not None and (run / CHECKPOINT).exists():
        _fill(reader, run / CHECKPOINT, {FROZEN})
    elif span is not None:
        _fill(reader, span / SPAN_CHECKPOINT, {FROZEN, "follows.weight", "follows.bias"})
    return reader, PairEncoder(Tokenizer.from_file(str(encoder / "tokenizer.json")))


def _fill(reader: EntailmentReader, checkpoint: Path, missing: set[str]) -> None:
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    left = reader.load_state_dict(state["reader"], strict=False)
    assert set(left.missing_keys) == missing, left  # the frozen word pieces are the encoder's own
