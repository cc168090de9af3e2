"""footnote-span: all-MiniLM-L6-v2, taught to point at the answer in a passage, or to say that it is not there.

    python -m local_models.training.span --data FOLDER --encoder FOLDER --run RUN --minutes 80 --threads 3

It knows batches; what is computed stands in span_model, what is learned from in span_examples, the clock in
encoder_loop.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from local_models.training.data import Part, read_digests, read_passages, read_retrieved
from local_models.training.encoder_loop import AT_ONCE, batches_of, examples_seen, train_encoder
from local_models.training.mining import Mined
from local_models.training.span_examples import SpanExample, SpanExamples
from local_models.training.span_model import (
    CHECKPOINT,
    FROZEN,
    LENGTH,
    SpanBatch,
    SpanEncoder,
    batch_of,
    load_reader,
)
from local_models.training.wordnet import read_wordnet

SHORT_LENGTH, SHORT_UNTIL = 128, 0.7
"""Until this share of the training, windows are this short: 1.7 times as many examples in the same time."""


class SpanBatches:
    """Batches of rows of like length."""

    def __init__(self, encoder: SpanEncoder, examples: Iterator[SpanExample], rows: int, rng: random.Random) -> None:
        self._encoder, self._examples, self._rows, self._rng = encoder, examples, rows, rng
        self._ready: list[SpanBatch] = []

    def draw(self, progress: float) -> SpanBatch:
        """The next batch at `progress`, 0 to 1, of the training: passages are whole towards its end."""
        if not self._ready:
            length = SHORT_LENGTH if progress < SHORT_UNTIL else LENGTH
            drawn = islice(self._examples, self._rows * AT_ONCE)
            rows = sorted((self._encoder.encode(one, self._rng, length) for one in drawn), key=lambda row: len(row.ids))
            self._ready = batches_of(rows, self._rows, batch_of, self._rng)
        return self._ready.pop()


def main() -> None:
    parser = argparse.ArgumentParser(description="Teach an encoder to point at answers.")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--mined", type=Path, help="what `mining` found; without it fewer kinds of distractors")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet's database files: more opposites")
    parser.add_argument(
        "--from", dest="start", type=Path, help="run whose weights to begin with; its clock is not taken"
    )
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    begun = options.run if (options.run / CHECKPOINT).exists() else options.start
    reader, encoder = load_reader(options.encoder, begun)
    rng = random.Random(options.seed + examples_seen(options.run / CHECKPOINT))  # after a break, other examples
    examples = _examples(options, rng).draw()
    supply = SpanBatches(encoder, examples, options.rows, rng)
    train_encoder(reader, supply, options.run / CHECKPOINT, options.minutes, frozen=FROZEN)


def _examples(options: argparse.Namespace, rng: random.Random) -> SpanExamples:
    without = read_digests(options.without)
    passages = read_passages(options.data, Part.TRAINING, without)
    return SpanExamples(
        passages,
        rng,
        retrieved=read_retrieved(options.data, Part.TRAINING, without),
        mined=Mined(np.load(options.mined)["near"], passages) if options.mined else None,
        wordnet=partial(read_wordnet, options.wordnet) if options.wordnet else None,
    )


if __name__ == "__main__":
    main()
