"""How often footnote-entailment is right on made examples, supply by supply, as shipped.

    python -m local_models.training.entailment_evaluate --model FOLDER --data FOLDER

Questions come from the held-back part. Running text is not held back: of its sentences a training of 84 minutes draws
about one in twenty. How it agrees with people is measured by `footnote eval claims`.
"""

from __future__ import annotations

import argparse
import random
from itertools import islice
from pathlib import Path

import numpy as np

from local_models.embedders.entailment import EntailmentModel
from local_models.training.data import Part, read_passages
from local_models.training.entailment_examples import SHARES, EntailmentExample, EntailmentExamples, Supplies
from local_models.training.parallel_texts import find_parallels, read_articles
from local_models.training.progress import say
from local_models.training.span_evaluate import auroc


def accuracy(model: EntailmentModel, examples: list[EntailmentExample]) -> tuple[float, float]:
    """Share told right with a score of 0 for the border, and area under the curve."""
    scores = np.array(model.scores([(one.claim, one.evidence) for one in examples]))
    truth = np.array([one.entailed for one in examples])
    right = float(((scores > 0) == truth).mean())
    return right, auroc(scores[truth].tolist(), scores[~truth].tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the entailment model on made examples.")
    parser.add_argument("--model", type=Path, required=True, help="folder of the exported model")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--examples", type=int, default=600, help="of each supply")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    rng = random.Random(1)
    articles = read_articles(options.data)
    supplies = Supplies(read_passages(options.data, Part.HELD_BACK), articles, find_parallels(articles, rng))
    model = EntailmentModel(options.model, threads=options.threads)
    made = EntailmentExamples(supplies, rng)
    for name in SHARES:
        right, area = accuracy(model, list(islice(made.draw_from(name), options.examples)))
        say(f"{name}: {right:.3f} right, AUROC {area:.3f}")


if __name__ == "__main__":
    main()
