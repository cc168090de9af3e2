"""Which sentences of one text stand for which of another, when both are read from the first to the last.

What is equal is found by difflib; between equal runs, sentences alike are paired so that the sum of likeness is the
highest and no two pairs cross (Needleman and Wunsch, 1970, with gaps that cost nothing). Knows only keys and numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LIKE = 0.55
"""Likeness from which two sentences are versions of one another: half cosine, half shared words. Set on contracts
written twice with changed figures, where changed clauses had 0.6 and more and unrelated ones of one document 0.45."""

LARGEST = 4_000_000
"""Cells of a table of likeness: 32 MB. A larger gap is cut into pieces of like proportion first."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Sentences [first, first_end) of one text against [second, second_end) of the other; `equal`: the same words."""

    first: int
    first_end: int
    second: int
    second_end: int
    equal: bool


def equal_runs(first: Sequence[str], second: Sequence[str]) -> Iterator[Stretches]:
    """Equal runs and the gaps between them, in order; together they hold every sentence of both texts."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for kind, from_first, to_first, from_second, to_second in matcher.get_opcodes():
        yield from _pieces(Stretches(from_first, to_first, from_second, to_second, equal=kind == "equal"))


def pairs_alike(likeness: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs (row, column), ascending in both, that together are most alike; none less alike than LIKE."""
    rows, columns = likeness.shape
    gain = np.where(likeness >= LIKE, likeness - LIKE + 0.01, -1.0)
    best = np.zeros((rows + 1, columns + 1))
    for row in range(1, rows + 1):
        paired = np.maximum(best[row - 1, 1:], best[row - 1, :-1] + gain[row - 1])
        best[row, 1:] = np.maximum.accumulate(paired)
    found = []
    row, column = rows, columns
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            found.append((row, column))
    return found[::-1]


def moved(
    first: dict[int, frozenset[str]], second: dict[int, frozenset[str]], *, least: float, fewest_words: int
) -> dict[int, int]:
    """Sentences that stand elsewhere in the other text: pairs whose words are nearly all the same (Dice >= `least`)."""
    holding: dict[str, list[int]] = {}
    for place, words in second.items():
        for word in words:
            holding.setdefault(word, []).append(place)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for place, words in first.items():
        if len(words) < fewest_words:
            continue
        rare = sorted(words, key=lambda word: len(holding.get(word, ())))[: len(words) // 2 + 1]
        near = {other for word in rare for other in holding.get(word, ())[:200]} - taken
        best = max(near, key=lambda other: (_dice(words, second[other]), -other), default=None)
        if best is not None and _dice(words, second[best]) >= least:
            pairs[place] = best
            taken.add(best)
    return pairs


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)


def _pieces(gap: Stretches) -> Iterator[Stretches]:
    rows, columns = gap.first_end - gap.first, gap.second_end - gap.second
    pieces = 1
    while not gap.equal and (rows / pieces) * (columns / pieces) > LARGEST:
        pieces += 1
    cuts = [(gap.first + rows * piece // pieces, gap.second + columns * piece // pieces) for piece in range(pieces + 1)]
    for (from_first, from_second), (to_first, to_second) in pairwise(cuts):
        yield Stretches(from_first, to_first, from_second, to_second, gap.equal)
