"""Step 3, for those with a GPU: a decoder that has read.

    python -m local_models.training.pretrain --data FOLDER --run RUN --shape gpu --minutes 20 --rows 32 --length 1024

Running prose, every token predicted from those before it, each piece of text once per round. 1,000 M tokens, which
60 M parameters want, are 20 minutes of a data-centre GPU and a week of a laptop's processor: without a GPU this step
is left out, and the reading lesson starts from the copying circuit instead.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from local_models.training.batches import BatchSize, Encoder, Row, batch_of, prose_rows
from local_models.training.data import read_prose
from local_models.training.loop import CHECKPOINT, Plan, load_model, prepare, train
from local_models.training.model import SHAPES, Batch, Decoder
from local_models.training.optimizer import Rates
from local_models.training.progress import say
from local_models.training.tokenizer import load_tokenizer

SHUFFLED_TOGETHER = 20_000
"""Rows held in memory to be drawn from by chance: 20,000 of 1,024 tokens are a fifth of the prose."""


class ProseLesson:
    """Batches of running text, in an order drawn by chance."""

    def __init__(self, rows: Iterator[Row], size: BatchSize, context: int, rng: random.Random) -> None:
        self._rows, self._size, self._context, self._rng = rows, size, context, rng
        self._held: list[Row] = []

    def next_batch(self, progress: float) -> Batch:
        del progress
        return batch_of([self._draw() for _ in range(self._size.rows)], self._context, self._rng, learned_share=1.0)

    def _draw(self) -> Row:
        while len(self._held) < SHUFFLED_TOGETHER and (row := next(self._rows, None)) is not None:
            self._held.append(row)
        place = self._rng.randrange(len(self._held))
        self._held[place], self._held[-1] = self._held[-1], self._held[place]
        return self._held.pop()


def endless_prose(data: Path) -> Iterator[str]:
    """The prose, round after round."""
    while True:
        yield from read_prose(data)


def main() -> None:
    parser = argparse.ArgumentParser(description="Let a decoder read prose.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run, with its tokenizer")
    parser.add_argument("--shape", choices=SHAPES, default="gpu")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--accumulate", type=int, default=8, help="batches per step")
    parser.add_argument("--no-compile", dest="compiled", action="store_false", help="where there is no C++ compiler")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # 0.02 and 3e-3: what Jordan et al. use for batches of 260,000 tokens; a processor's small ones want less
    plan = Plan(
        options.minutes,
        options.seed,
        options.threads,
        accumulate=options.accumulate,
        compiled=options.compiled,
        rates=Rates(0.02, 3e-3),
    )
    device = prepare(plan)
    going_on = (options.run / CHECKPOINT).exists()
    model = (load_model(options.run)[0] if going_on else Decoder(SHAPES[options.shape])).train().to(device)
    say(f"{model.parameter_count / 1e6:.1f} M parameters on {device}")
    encoder = Encoder(load_tokenizer(options.run))
    rows = prose_rows(encoder, endless_prose(options.data), options.length)
    rng = random.Random(options.seed + int(going_on))
    lesson = ProseLesson(rows, BatchSize(options.rows, options.length), model.shape.context, rng)
    train(model, lesson.next_batch, plan, options.run, "Prose")


if __name__ == "__main__":
    main()
