"""Step 4: the reading lesson. Teaches a decoder to answer out of numbered sources, or to abstain.

    python -m local_models.training.train --data FOLDER --run RUN --shape cpu --minutes 60 --threads 2

Starts from the run's checkpoint where there is one (an interrupted lesson, with its minutes), else from the decoder
of `--from` (a pretraining run), else from chance. `--encoder` gives a decoder from chance its word vectors and the
copying circuit (`circuits.py`), which a processor's few million tokens would not bring forth.

The lesson gets harder by the clock: first many sentences to complete and blanks to fill over few short sources, then
people's questions over up to three sources, at last longer rows with up to six.
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from local_models.training.batches import BatchSize, Encoder, Row, batch_of, reading_rows
from local_models.training.circuits import set_copying, slot_width
from local_models.training.data import Part, read_passages, read_retrieved
from local_models.training.embeddings import embeddings_from_encoder
from local_models.training.examples import Mixture, ReadingExamples
from local_models.training.loop import CHECKPOINT, Plan, load_model, prepare, train
from local_models.training.model import SHAPES, Batch, Decoder
from local_models.training.progress import say
from local_models.training.tokenizer import FILE, load_tokenizer

LESSONS: tuple[tuple[float, Mixture], ...] = (
    (0.06, Mixture(source_words=60, most_sources=2, cloze=0.40, absent=0.20, orders=0.0, swapped=0.0, retrieved=0.0)),
    (0.20, Mixture(source_words=80, most_sources=2, cloze=0.20, absent=0.25)),
    (0.80, Mixture(source_words=100, most_sources=3, cloze=0.08)),
    (1.00, Mixture(source_words=130, most_sources=6, cloze=0.04, absent=0.33)),
)
"""Up to which share of the time which mixture is taught."""

LONG_ROWS_FROM = 0.8
LONGER = 2


class ReadingLesson:
    """Batches by progress: the mixture of the moment, and longer rows towards the end."""

    def __init__(
        self, encoder: Encoder, examples: ReadingExamples, size: BatchSize, context: int, rng: random.Random
    ) -> None:
        self._encoder, self._examples, self._size, self._context, self._rng = encoder, examples, size, context, rng
        self._lengths: dict[int, Iterator[Row]] = {}

    def next_batch(self, progress: float) -> Batch:
        self._examples.mixture = next(mixture for until, mixture in LESSONS if progress <= until)
        size = self._size
        if progress > LONG_ROWS_FROM and size.length * LONGER <= self._context:
            size = BatchSize(max(1, size.rows // LONGER), size.length * LONGER)
        rows = self._rows(size.length)
        return batch_of([next(rows) for _ in range(size.rows)], self._context, self._rng)

    def _rows(self, length: int) -> Iterator[Row]:
        if length not in self._lengths:
            conversations = self._examples.conversations()
            self._lengths[length] = reading_rows(self._encoder, conversations, length, self._rng)
        return self._lengths[length]


def lesson_batches(data: Path, run: Path, size: BatchSize, context: int, seed: int) -> Callable[[float], Batch]:
    """The reading lesson over the training part of a data folder."""
    rng = random.Random(seed)
    passages, retrieved = read_passages(data, Part.TRAINING), read_retrieved(data, Part.TRAINING)
    say(f"{len(passages)} passages, {sum(len(passage.questions) for passage in passages)} questions")
    examples = ReadingExamples(passages, retrieved, rng, replace(LESSONS[0][1]))
    return ReadingLesson(Encoder(load_tokenizer(run)), examples, size, context, rng).next_batch


def fresh_decoder(options: argparse.Namespace) -> Decoder:
    """The decoder a run starts from."""
    if options.start is not None:
        return load_model(options.start)[0]
    model = Decoder(SHAPES[options.shape])
    if options.encoder is not None:
        tokenizer = load_tokenizer(options.run)
        set_copying(model, embeddings_from_encoder(tokenizer, options.encoder, slot_width(model.shape), options.seed))
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Teach a decoder to answer out of numbered sources.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run, with its tokenizer")
    parser.add_argument("--from", dest="start", type=Path, help="folder of a pretraining run to start from")
    parser.add_argument("--shape", choices=SHAPES, default="cpu")
    parser.add_argument("--encoder", type=Path, help="folder of all-MiniLM-L6-v2: word vectors, and copying")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--accumulate", type=int, default=1, help="batches per step")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    plan = Plan(options.minutes, options.seed, options.threads, accumulate=options.accumulate)
    device = prepare(plan)
    if options.start is not None and not (options.run / FILE).exists():
        options.run.mkdir(parents=True, exist_ok=True)
        shutil.copy(options.start / FILE, options.run / FILE)
    going_on = (options.run / CHECKPOINT).exists()
    model = load_model(options.run)[0] if going_on else fresh_decoder(options)
    model = model.train().to(device)
    say(f"{model.parameter_count / 1e6:.1f} M parameters on {device}")
    size = BatchSize(options.rows, options.length)
    # A resumed lesson draws other examples than the ones it had: the checkpoint's age is part of the seed.
    seed = options.seed + (int((options.run / CHECKPOINT).stat().st_mtime) if going_on else 0)
    batches = lesson_batches(options.data, options.run, size, model.shape.context, seed)
    train(model, batches, plan, options.run, "Reading")


if __name__ == "__main__":
    main()
