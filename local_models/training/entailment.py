"""footnote-entailment: taught to say whether a stretch of text says what a claim says.

    python -m local_models.training.entailment --data FOLDER --encoder FOLDER --span RUN --run RUN --minutes 80

It knows options; what is computed stands in entailment_model, what is learned from in entailment_examples.
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from pathlib import Path

import torch

from local_models.training.data import Part, read_digests, read_passages
from local_models.training.encoder_loop import examples_seen, train_encoder
from local_models.training.entailment_examples import EntailmentExamples, Supplies
from local_models.training.entailment_model import CHECKPOINT, EntailmentBatches, load_entailment
from local_models.training.parallel_texts import read_articles, read_parallels
from local_models.training.span_model import FROZEN
from local_models.training.wordnet import read_wordnet


def main() -> None:
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    reader, encoder = load_entailment(options.encoder, options.run, options.span)
    rng = random.Random(options.seed + examples_seen(options.run / CHECKPOINT))  # after a break, other examples
    supply = EntailmentBatches(encoder, _examples(options, rng).draw(), options.rows, rng)
    train_encoder(reader, supply, options.run / CHECKPOINT, options.minutes, frozen=FROZEN)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Teach an encoder what follows from a text.")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--span", type=Path, help="run of the span reader whose encoder to begin with")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet's database files: more opposites")
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _examples(options: argparse.Namespace, rng: random.Random) -> EntailmentExamples:
    supplies = Supplies(
        read_passages(options.data, Part.TRAINING, read_digests(options.without)),
        read_articles(options.data),
        read_parallels(options.data, rng),
    )
    return EntailmentExamples(
        supplies, rng, wordnet=partial(read_wordnet, options.wordnet) if options.wordnet else None
    )


if __name__ == "__main__":
    main()
