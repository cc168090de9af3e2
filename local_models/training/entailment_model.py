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

from local_models.training.encoder_loop import AT_ONCE, batches_of
from local_models.training.entailment_examples import EntailmentExample
from local_models.training.span_model import CHECKPOINT as SPAN_CHECKPOINT
from local_models.training.span_model import load_encoder, padded, take_weights
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
        entailed = torch.tensor([float(one.entailed) for one in examples])
        return EntailmentBatch(*padded([(ids, begin, len(ids)) for ids, begin in rows]), entailed)

    def encode(self, claim: str, evidence: str, length: int = LENGTH) -> tuple[list[int], int]:
        """The row's ids and where the text begins in it; the text is cut at its end."""
        head = self._tokenizer.encode(claim, add_special_tokens=False).ids[:CLAIM_TOKENS]
        text = self._tokenizer.encode(evidence, add_special_tokens=False).ids[: length - len(head) - 3]
        return [self._cls, *head, self._sep, *text, self._sep], len(head) + 2


class EntailmentBatches:
    """Batches of examples of like length."""

    def __init__(
        self, encoder: PairEncoder, examples: Iterator[EntailmentExample], rows: int, rng: random.Random
    ) -> None:
        self._encoder, self._examples, self._rows, self._rng = encoder, examples, rows, rng
        self._ready: list[EntailmentBatch] = []

    def draw(self, progress: float) -> EntailmentBatch:
        """The next batch, whatever the progress."""
        del progress
        if not self._ready:
            drawn = sorted(
                islice(self._examples, self._rows * AT_ONCE), key=lambda one: len(one.claim) + len(one.evidence)
            )
            self._ready = batches_of(drawn, self._rows, self._encoder.batch, self._rng)
        return self._ready.pop()


def load_entailment(
    encoder: Path, run: Path | None = None, span: Path | None = None
) -> tuple[EntailmentReader, PairEncoder]:
    """The reader on a folder's encoder, with what `run` has learned, else with the encoder of the `span` run."""
    bert = load_encoder(encoder)
    reader = EntailmentReader(bert, bert.config.hidden_size)
    if run is not None and (run / CHECKPOINT).exists():
        take_weights(reader, run / CHECKPOINT)
    elif span is not None:
        take_weights(reader, span / SPAN_CHECKPOINT, new=("follows.weight", "follows.bias"))
    return reader, PairEncoder(Tokenizer.from_file(str(encoder / "tokenizer.json")))
