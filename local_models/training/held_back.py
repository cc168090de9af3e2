"""Questions held back from training, to measure readers on: the same for the same seed.

Behind a question stands no hint, the right words, or what a span reader might have found. It knows nothing of
models and figures.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from local_models.prompt_format import ABSTENTION, Hint
from local_models.training.data import Part, read_passages
from local_models.training.examples import Mixture, ReadingExamples, Turn
from local_models.training.hints import bare, hint_to, reply_to

PLAIN = Mixture(
    most_sources=4,
    source_words=150,
    cloze=0.0,
    swapped=0.0,
    two_sources=0.0,
    orders=0.0,
    retrieved=0.0,
    hinted=0.0,
    misled=0.0,
)

WRONG_HINTS = 0.1
"""Share of answerable questions whose hint has other words, and of open questions with a hint all the same, under
`Hints.FOUND`: a made-up span reader, the same for every reader measured."""

_NUMBER = re.compile(r"\[(\d+)\]")


class Hints(StrEnum):
    """What stands behind the questions."""

    NONE = "none"
    RIGHT = "right"
    FOUND = "found"


def held_back_turns(data: Path, count: int, seed: int, absent: float = 0.33) -> list[Turn]:
    """`count` single questions of the held-back part with their sources, the same for the same seed."""
    rng = random.Random(seed)
    mixture = PLAIN
    examples = ReadingExamples(read_passages(data, Part.HELD_BACK), [], rng, mixture)
    turns: list[Turn] = []
    for conversation in examples.conversations():
        wanted = rng.random() >= absent
        # every source in the first turn: a later one would be given with a question that is not asked here
        if any(turn.sources for turn in conversation[1:]):
            continue
        # where a conversation runs out of questions it has blanks to fill, which are neither
        fitting = [turn for turn in conversation if (bool(turn.words) if wanted else turn.answer == ABSTENTION)]
        if fitting:
            chosen = rng.choice(fitting)
            turns.append(replace(chosen, sources=conversation[0].sources))
        if len(turns) == count:
            return turns
    return turns


def with_hints(turns: list[Turn], hints: Hints, seed: int) -> list[Turn]:
    """The same questions with another hint, and the answer that goes with it."""
    rng = random.Random(seed)
    return [_with_hint(turn, hints, rng) for turn in turns]


def _with_hint(turn: Turn, hints: Hints, rng: random.Random) -> Turn:
    astray = rng.random() < WRONG_HINTS
    if hints is Hints.NONE or (turn.answer == ABSTENTION and not (astray and hints is Hints.FOUND)):
        return turn
    if hints is Hints.FOUND and astray:
        hint = _elsewhere(turn, rng)
    else:
        number = int(_NUMBER.findall(turn.answer)[-1])
        text = next(source.text for source in turn.sources if source.number == number)
        hint = Hint(number, turn.words) if hints is Hints.RIGHT else hint_to(turn.words, number, text, rng)
    answer = turn.answer if turn.answer == ABSTENTION else reply_to(turn.question, hint.text, hint.number)
    return replace(turn, hint=hint, answer=answer)


def _elsewhere(turn: Turn, rng: random.Random) -> Hint:
    source = rng.choice(turn.sources)
    words = source.text.split()
    start = rng.randrange(len(words))
    return Hint(source.number, bare(" ".join(words[start : start + rng.randint(1, 4)])) or words[start])
