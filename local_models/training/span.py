"""footnote-span: all-MiniLM-L6-v2, taught to point at the answer in a passage, or to say that it is not there.

    python -m local_models.training.span --data FOLDER --encoder FOLDER --run RUN --minutes 80 --threads 3

It knows batches and the clock; what is computed stands in span_model, what is learned from in span_examples.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn

from local_models.training.data import Part, read_digests, read_passages, read_retrieved
from local_models.training.loop import device_of_choice, rate_at
from local_models.training.mining import Mined
from local_models.training.progress import bar
from local_models.training.span_examples import SpanExample, SpanExamples
from local_models.training.span_model import (
    CHECKPOINT,
    FROZEN,
    LENGTH,
    SpanBatch,
    SpanEncoder,
    SpanReader,
    batch_of,
    load_reader,
)
from local_models.training.wordnet import read_wordnet

SHORT_LENGTH, SHORT_UNTIL = 128, 0.7
"""Until this share of the training, windows are this short: 1.7 times as many examples in the same time."""

PEAK_RATE = 1.5e-4
"""Five times what is usual for fine-tuning: 80 minutes of a processor are few steps (200,000 examples)."""


class SpanBatches:
    """Batches of rows of like length: eight batches' worth are sorted, which saves a third of the padding."""

    def __init__(self, encoder: SpanEncoder, examples: Iterator[SpanExample], rows: int, rng: random.Random) -> None:
        self._encoder, self._examples, self._rows, self._rng = encoder, examples, rows, rng
        self._ready: list[SpanBatch] = []

    def draw(self, progress: float) -> SpanBatch:
        """The next batch at `progress`, 0 to 1, of the training: passages are whole towards its end."""
        if not self._ready:
            length = SHORT_LENGTH if progress < SHORT_UNTIL else LENGTH
            drawn = islice(self._examples, self._rows * 8)
            rows = sorted((self._encoder.encode(one, self._rng, length) for one in drawn), key=lambda row: len(row.ids))
            self._ready = [batch_of(rows[start : start + self._rows]) for start in range(0, len(rows), self._rows)]
            self._rng.shuffle(self._ready)
        return self._ready.pop()


class _Weights:
    """What is trained, kept in float32 beside the bfloat16 that is computed with: 1.8 times as fast as autocast."""

    def __init__(self, reader: SpanReader) -> None:
        # word pieces are known from pre-training, and half of all parameters
        reader.get_parameter(FROZEN).requires_grad = False
        names = [name for name, weight in reader.named_parameters() if weight.requires_grad]
        self._reader = reader
        self.exact = {name: reader.get_parameter(name).detach().clone() for name in names}
        reader.bfloat16()
        self.optimizer = torch.optim.AdamW(self.exact.values(), lr=PEAK_RATE, weight_decay=0.01, fused=True)

    def step(self, rate: float) -> None:
        """One step with the gradients that the reader has, which are then gone."""
        for name, exact in self.exact.items():
            weight = self._reader.get_parameter(name)
            exact.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        nn.utils.clip_grad_norm_(self.exact.values(), 1.0)
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        with torch.no_grad():
            for name, exact in self.exact.items():
                self._reader.get_parameter(name).copy_(exact)


def train_span(reader: SpanReader, supply: SpanBatches, run: Path, minutes: float) -> None:
    """Train until the minutes are spent, with those before a break; a checkpoint every three minutes."""
    device = device_of_choice()
    weights = _Weights(reader.train().to(device))
    seconds, examples = _resume(weights, run)
    run.mkdir(parents=True, exist_ok=True)
    saved = time.monotonic()
    smooth = 0.0
    with bar("Span") as progress:
        while seconds < minutes * 60:
            began = time.monotonic()
            share = seconds / (minutes * 60)
            batch = supply.draw(share)
            loss = reader.loss(batch.to(device))
            loss.backward()
            weights.step(PEAK_RATE * rate_at(share))
            seconds += time.monotonic() - began
            examples += len(batch.ids)
            smooth += 0.02 * (float(loss.detach()) - smooth)
            progress.show(seconds / (minutes * 60), f"loss {smooth:.3f}, {examples} examples")
            if time.monotonic() - saved > 180:
                _save(weights, run, seconds, examples)
                saved = time.monotonic()
    _save(weights, run, seconds, examples)


def examples_seen(run: Path) -> int:
    """How many examples a run has had; 0 before its first checkpoint."""
    if not (run / CHECKPOINT).exists():
        return 0
    return int(torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)["examples"])


def _save(weights: _Weights, run: Path, seconds: float, examples: int) -> None:
    part = run / (CHECKPOINT + ".part")
    state = {"reader": weights.exact, "optimizer": weights.optimizer.state_dict()}
    torch.save({**state, "seconds": seconds, "examples": examples}, part)
    part.replace(run / CHECKPOINT)


def _resume(weights: _Weights, run: Path) -> tuple[float, int]:
    """Seconds and examples that a run has had; the reader's weights are `load_reader`'s business."""
    if not (run / CHECKPOINT).exists():
        return 0.0, 0
    state = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
    weights.optimizer.load_state_dict(state["optimizer"])
    return float(state["seconds"]), int(state["examples"])


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
    rng = random.Random(options.seed + examples_seen(options.run))  # after a break, other examples
    examples = _examples(options, rng).draw()
    train_span(reader, SpanBatches(encoder, examples, options.rows, rng), options.run, options.minutes)


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
