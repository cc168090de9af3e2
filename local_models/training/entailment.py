"""footnote-entailment: taught to say whether a stretch of text says what a claim says.

    python -m local_models.training.entailment --data FOLDER --encoder FOLDER --span RUN --run RUN --minutes 80
    python -m local_models.training.entailment --data FOLDER --encoder FOLDER --from RUN --run RUN --minutes 5 \
        --rate 3e-5 --claims FOLDER FOLDER

The second goes on from the first on one half of people's own verdicts (labelled_claims), mixed into the made examples.
It knows options; what is computed stands in entailment_model, what is learned from in entailment_examples.
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from pathlib import Path

import torch

from local_models.training.data import Part, read_digests, read_passages
from local_models.training.encoder_loop import PEAK_RATE, examples_seen, train_encoder
from local_models.training.entailment_examples import EntailmentExamples, Supplies
from local_models.training.entailment_model import CHECKPOINT, EntailmentBatches, load_entailment
from local_models.training.labelled_claims import LabelledExamples, read_labelled
from local_models.training.parallel_texts import find_parallels, read_articles
from local_models.training.span_model import FROZEN
from local_models.training.wordnet import read_wordnet


def main() -> None:
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    begun = options.run if (options.run / CHECKPOINT).exists() else options.start
    reader, encoder = load_entailment(options.encoder, begun, options.span)
    rng = random.Random(options.seed + examples_seen(options.run / CHECKPOINT))  # after a break, other examples
    examples = _examples(options, rng).draw()
    if options.claims:
        examples = LabelledExamples([read_labelled(one, options.half) for one in options.claims], examples, rng).draw()
    supply = EntailmentBatches(encoder, examples, options.rows, rng)
    train_encoder(reader, supply, options.run / CHECKPOINT, options.minutes, frozen=FROZEN, rate=options.rate)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Teach an encoder what follows from a text.")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--span", type=Path, help="run of the span reader whose encoder to begin with")
    parser.add_argument("--from", dest="start", type=Path, help="run whose weights to begin with")
    parser.add_argument("--claims", type=Path, nargs="*", default=(), help="folders of labelled claims")
    parser.add_argument("--half", type=int, default=1, choices=(0, 1), help="the half of the claims to learn from")
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--wordnet", type=Path, help="folder of WordNet's database files: more opposites")
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _examples(options: argparse.Namespace, rng: random.Random) -> EntailmentExamples:
    passages = read_passages(options.data, Part.TRAINING, read_digests(options.without))
    articles = read_articles(options.data)
    supplies = Supplies(passages, articles, find_parallels(articles, rng))
    return EntailmentExamples(
        supplies, rng, wordnet=partial(read_wordnet, options.wordnet) if options.wordnet else None
    )


if __name__ == "__main__":
    main()
