"""How well the exported span reader points and refuses, on questions that were not trained on.

    python -m local_models.training.span_evaluate --reader FOLDER --questions QUESTIONS

QUESTIONS is a folder as `footnote eval answers` takes it. Told are F1 and exact match on answerable questions with
their own passage; F1 over all, with the unanswerable ones, at a probability of one half; the AUROC of that
probability; how often the right one of five passages is chosen (the others are the nearest by words); and the time
that 20 passages take. 95 % intervals by the bootstrap over articles, for questions of one article are alike.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from local_models.embedders.spans import SpanModel
from local_models.training.data import Question, ReadingPassage
from local_models.training.distractors import Distractors
from local_models.training.evaluate import f1_of
from local_models.training.progress import say

CHOSEN_AMONG = 5
PAIRS_OF_A_CHOICE = 400
"""Questions whose passage is to be chosen: an interval of 3 points, in a minute."""


class Half(StrEnum):
    """Every second article is fitted on; figures are of the others."""

    FITTED = "fitted"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with the passage it was written for; no answers: the passage does not say."""

    article: str
    question: str
    passage: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a pair: the words, and the probability that they answer."""

    pair: Pair
    words: str
    probability: float

    @property
    def f1(self) -> float:
        return max((f1_of(self.words, answer) for answer in self.pair.answers), default=0.0)

    @property
    def exact(self) -> float:
        return float(self.f1 == 1.0)


def pairs_of(folder: Path, half: Half) -> list[Pair]:
    """The pairs of one half of the articles."""
    passages = {row["id"]: row for row in _rows(folder / "passages.jsonl")}
    pairs = [
        Pair(
            str(row.get("title") or row["passage_id"]),
            row["question"],
            passages[row["passage_id"]]["text"],
            () if row.get("is_impossible") else tuple(row["answers"]),
        )
        for row in _rows(folder / "questions.jsonl")
    ]
    articles = sorted({pair.article for pair in pairs})
    chosen = set(articles[::2] if half is Half.FITTED else articles[1::2])
    return [pair for pair in pairs if pair.article in chosen]


def read(reader: SpanModel, pairs: Sequence[Pair]) -> list[Reading]:
    """The likeliest span of each pair."""
    found = []
    for pair in pairs:
        (spans,) = reader.read(pair.question, [pair.passage])
        words = pair.passage[spans[0].start : spans[0].end] if spans else ""
        found.append(Reading(pair, words, spans[0].probability if spans else 0.0))
    return found


def choices(reader: SpanModel, pairs: Sequence[Pair], rng: random.Random) -> list[tuple[str, float]]:
    """Article, and 1 where the right passage of CHOSEN_AMONG had the likeliest span."""
    texts = list(dict.fromkeys(pair.passage for pair in pairs))
    owner = {pair.passage: pair.article for pair in pairs}
    known = {text: ReadingPassage("", owner[text], text, ()) for text in texts}
    distractors = Distractors(list(known.values()), rng)
    answerable = [pair for pair in pairs if pair.answers]
    right = []
    for pair in rng.sample(answerable, min(PAIRS_OF_A_CHOICE, len(answerable))):
        asked = Question(pair.question, pair.answers)
        others = distractors.draw(known[pair.passage], asked, CHOSEN_AMONG - 1)
        spans = reader.read(pair.question, [pair.passage, *(other.text for other in others)])
        best = max(range(len(spans)), key=lambda number: spans[number][0].probability if spans[number] else 0.0)
        right.append((pair.article, float(best == 0)))
    return right


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive is above a negative; equals count half."""
    below = np.sort(np.asarray(negative))
    values = np.asarray(positive)
    wins = np.searchsorted(below, values, "left") + np.searchsorted(below, values, "right")
    return float(wins.mean() / (2 * len(below))) if len(values) and len(below) else float("nan")


def interval(rows: Sequence[tuple[str, float]], rounds: int = 300) -> str:
    """A figure with its 95 % interval, by drawing articles with replacement."""
    groups: dict[str, list[float]] = defaultdict(list)
    for article, value in rows:
        groups[article].append(value)
    rng = random.Random(0)
    names = sorted(groups)
    drawn = sorted(_mean([v for name in rng.choices(names, k=len(names)) for v in groups[name]]) for _ in range(rounds))
    low, high = drawn[int(0.025 * rounds)], drawn[int(0.975 * rounds)]
    return f"{_mean([value for _, value in rows]):.3f} ({low:.3f} to {high:.3f})"


def report(reader: SpanModel, pairs: Sequence[Pair], rng: random.Random) -> None:
    """Say all figures."""
    readings = read(reader, pairs)
    answerable = [reading for reading in readings if reading.pair.answers]
    refused = [reading for reading in readings if not reading.pair.answers]
    overall = [
        (reading.pair.article, reading.f1 if reading.probability >= 0.5 else float(not reading.pair.answers))
        for reading in readings
    ]
    say(f"{len(answerable)} answerable and {len(refused)} unanswerable questions")
    say(f"F1, answerable          {interval([(one.pair.article, one.f1) for one in answerable])}")
    say(f"exact match, answerable {interval([(one.pair.article, one.exact) for one in answerable])}")
    say(f"F1, all, at one half    {interval(overall)}")
    area = auroc([one.probability for one in answerable], [one.probability for one in refused])
    say(f"AUROC of abstention     {area:.3f}")
    say(f"right one of {CHOSEN_AMONG}          {interval(choices(reader, pairs, rng))}")
    twenty = list(dict.fromkeys(pair.passage for pair in pairs))[:20]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        reader.read(pairs[0].question, twenty)
        times.append(time.perf_counter() - began)
    say(f"{len(twenty)} passages of {sum(map(len, twenty)) // len(twenty)} characters: {min(times) * 1e3:.0f} ms")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the span reader.")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--questions", type=Path, required=True, help="folder with passages.jsonl, questions.jsonl")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=0, help="so many questions at most")
    options = parser.parse_args()
    pairs = pairs_of(options.questions, Half.MEASURED)
    rng = random.Random(0)
    if options.limit:
        pairs = rng.sample(pairs, min(options.limit, len(pairs)))
    report(SpanModel(options.reader, threads=options.threads), pairs, rng)


if __name__ == "__main__":
    main()
