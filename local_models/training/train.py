"""Step 4: the reading lesson. Teaches a decoder to answer out of numbered sources, or to abstain.

    python -m local_models.training.train --data FOLDER --run RUN --shape cpu --minutes 60 --threads 2

Starts from the run's checkpoint where there is one (an interrupted lesson, with its minutes), else from the decoder
of `--from` (a pretraining run), else from chance. `--encoder` gives a decoder from chance its word vectors and the
copying circuit (`circuits.py`), which a processor's few million tokens would not bring forth.

There are two lessons. "phrase" is for a decoder too small to find anything: each answerable question comes with what
footnote-span would have found, an open one mostly with nothing, and first there are many drills. "read" is for one
that can learn to find: only every other question has a hint. Both get harder by the clock: few short sources first,
then up to three, at last longer rows with up to six.
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from local_models.training.batches import (
    HINTED_QUESTION_WEIGHT,
    QUESTION_WEIGHT,
    BatchSize,
    Encoder,
    Row,
    batch_of,
    reading_rows,
)
from local_models.training.circuits import set_copying, slot_width
from local_models.training.data import Part, read_digests, read_passages, read_retrieved
from local_models.training.embeddings import embeddings_from_encoder
from local_models.training.examples import Mixture, ReadingExamples
from local_models.training.loop import CHECKPOINT, Plan, load_model, prepare, train
from local_models.training.model import SHAPES, Batch, Decoder
from local_models.training.optimizer import Rates
from local_models.training.progress import say
from local_models.training.tokenizer import FILE, load_tokenizer

READ = (
    (0.06, Mixture(source_words=60, most_sources=2, cloze=0.40, absent=0.20, orders=0.0, swapped=0.0, retrieved=0.0)),
    (0.20, Mixture(source_words=80, most_sources=2, cloze=0.20, absent=0.25)),
    (0.80, Mixture(source_words=100, most_sources=3, cloze=0.08)),
    (1.00, Mixture(source_words=130, most_sources=6, cloze=0.04, absent=0.33)),
)
_PHRASE = Mixture(hinted=1.0, two_sources=0.0, cloze=0.0, absent=0.2)
PHRASE = (
    (0.05, replace(_PHRASE, drills=1.0, most_sources=2, absent=0.1)),
    (0.45, replace(_PHRASE, drills=0.7, most_sources=3)),
    (0.80, replace(_PHRASE, drills=0.4, most_sources=4)),
    (1.00, replace(_PHRASE, drills=0.1, most_sources=6, source_words=130, most_turns=5, absent=0.3)),
)
LESSONS = {"read": READ, "phrase": PHRASE}
"""Up to which share of the time which mixture is taught."""

LONGER = 2
"""How much longer rows are in the last part of the time, at as many tokens a batch."""


class ReadingLesson:
    """Batches by progress: the mixture of the moment, and longer rows towards the end."""

    def __init__(
        self,
        encoder: Encoder,
        examples: ReadingExamples,
        parts: Sequence[tuple[float, Mixture]],
        size: BatchSize,
        context: int,
        rng: random.Random,
        long_from: float,
    ) -> None:
        self._encoder, self._examples, self._size, self._context, self._rng = encoder, examples, size, context, rng
        self._parts, self._long_from = parts, long_from
        self._lengths: dict[int, Iterator[Row]] = {}

    def next_batch(self, progress: float) -> Batch:
        self._examples.mixture = next(mixture for until, mixture in self._parts if min(progress, 1.0) <= until)
        size = self._size
        if progress > self._long_from and size.length * LONGER <= self._context:
            size = BatchSize(max(1, size.rows // LONGER), size.length * LONGER)
        rows = self._rows(size.length)
        return batch_of([next(rows) for _ in range(size.rows)], self._context, self._rng)

    def _rows(self, length: int) -> Iterator[Row]:
        if length not in self._lengths:
            conversations = self._examples.conversations()
            self._lengths[length] = reading_rows(self._encoder, conversations, length, self._rng)
        return self._lengths[length]


def lesson_batches(options: argparse.Namespace, context: int, seed: int) -> Callable[[float], Batch]:
    """The reading lesson over the training part of a data folder."""
    rng = random.Random(seed)
    without = read_digests(options.without)
    passages = read_passages(options.data, Part.TRAINING, without)
    retrieved = read_retrieved(options.data, Part.TRAINING, without)
    say(f"{len(passages)} passages, {sum(len(passage.questions) for passage in passages)} questions")
    parts = LESSONS[options.lesson]
    examples = ReadingExamples(passages, retrieved, rng, replace(parts[0][1]))
    size = BatchSize(options.rows, options.length)
    weight = HINTED_QUESTION_WEIGHT if options.lesson == "phrase" else QUESTION_WEIGHT
    encoder = Encoder(load_tokenizer(options.run), weight)
    return ReadingLesson(encoder, examples, parts, size, context, rng, options.long_from).next_batch


def fresh_decoder(options: argparse.Namespace) -> Decoder:
    """The decoder a run starts from."""
    if options.start is not None:
        return load_model(options.start)[0]
    model = Decoder(SHAPES[options.shape])
    if options.encoder is not None:
        tokenizer = load_tokenizer(options.run)
        vectors = embeddings_from_encoder(tokenizer, options.encoder, slot_width(model.shape), options.seed)
        set_copying(model, vectors)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Teach a decoder to answer out of numbered sources.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run, with its tokenizer")
    parser.add_argument("--from", dest="start", type=Path, help="folder of a pretraining run to start from")
    parser.add_argument("--lesson", choices=LESSONS, default="read", help="phrase: for decoders too small to find")
    parser.add_argument("--shape", choices=SHAPES, default="cpu")
    parser.add_argument("--encoder", type=Path, help="folder of all-MiniLM-L6-v2: word vectors, and copying")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--accumulate", type=int, default=1, help="batches per step")
    parser.add_argument("--long-from", type=float, default=0.8, help="share of the time after which rows are longer")
    parser.add_argument("--muon-rate", type=float, default=Rates().matrices, help="0: AdamW for all")
    parser.add_argument("--adam-rate", type=float, default=Rates().rest)
    parser.add_argument("--vocabulary-rate", type=float, default=0.0, help="0: as --adam-rate")
    parser.add_argument("--no-compile", dest="compiled", action="store_false", help="where there is no C++ compiler")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rates = Rates(options.muon_rate, options.adam_rate, options.vocabulary_rate)
    plan = Plan(
        options.minutes,
        options.seed,
        options.threads,
        accumulate=options.accumulate,
        compiled=options.compiled,
        rates=rates,
    )
    device = prepare(plan)
    if options.start is not None and not (options.run / FILE).exists():
        options.run.mkdir(parents=True, exist_ok=True)
        shutil.copy(options.start / FILE, options.run / FILE)
    going_on = (options.run / CHECKPOINT).exists()
    model = load_model(options.run)[0] if going_on else fresh_decoder(options)
    model = model.train().to(device)
    say(f"{model.parameter_count / 1e6:.1f} M parameters on {device}")
    # A resumed lesson draws other examples than the ones it had: the checkpoint's age is part of the seed.
    seed = options.seed + (int((options.run / CHECKPOINT).stat().st_mtime) if going_on else 0)
    batches = lesson_batches(options, model.shape.context, seed)
    train(model, batches, plan, options.run, "Reading")


if __name__ == "__main__":
    main()
