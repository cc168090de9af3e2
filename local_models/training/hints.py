"""What stands behind a question as found, and what the reader is to make of it.

A decoder of a few million parameters can't learn to find an answer; footnote-span does that, and its finding stands
in the prompt (`prompt_format.Hint`). The decoder's lesson is then what to write: the found words as a sentence where
a rule knows one (`phrasing`), else as they are, and their source's number. Findings are not always cut where a
person would cut, so some hints are a few words longer or shorter than people's answers, and the reader is to follow.

It knows words, questions and numbers, nothing of passages' origin or of tokens.
"""

from __future__ import annotations

import random

from local_models.prompt_format import Hint
from local_models.training.phrasing import sentence_of

LONGER, SHORTER = 0.12, 0.06
"""Shares of hints that are cut too wide or too narrow. Of a first span reader's right findings on SQuAD dev about
one in five was not cut as people cut it (exact match 57, F1 71)."""

MOST_WORDS_ASTRAY = 3


def bare(answer: str) -> str:
    """An answer without what surrounds it."""
    return " ".join(answer.split()).strip(" .,;:")


def hint_to(answer: str, number: int, text: str, rng: random.Random) -> Hint:
    """The hint to an answer that stands in `text`, the source of this number: mostly just the answer."""
    chance = rng.random()
    if chance < LONGER:
        return Hint(number, _longer(answer, text, rng))
    return Hint(number, _shorter(answer, rng) if chance < LONGER + SHORTER else bare(answer))


def reply_to(question: str, found: str, number: int) -> str:
    """What the reader writes: a sentence or the found words, the source's number, a full stop."""
    return f"{sentence_of(question, found) or bare(found)} [{number}]."


def _longer(answer: str, text: str, rng: random.Random) -> str:
    """Some words more on one side, from the same source."""
    before, found, after = text.partition(answer)
    if not found:
        return bare(answer)
    count = rng.randint(1, MOST_WORDS_ASTRAY)
    left = before.endswith(" ") and rng.random() < 0.5
    if left:
        return bare(" ".join([*before.split()[-count:], answer]))
    return bare(" ".join([answer, *after.split()[:count]])) if after.startswith(" ") else bare(answer)


def _shorter(answer: str, rng: random.Random) -> str:
    words = answer.split()
    if len(words) < 3:  # of two words, one is seldom an answer
        return bare(answer)
    count = rng.randint(1, min(MOST_WORDS_ASTRAY, len(words) - 2))
    return bare(" ".join(words[count:] if rng.random() < 0.5 else words[:-count]))
