"""Which of the hits are shown and in which order they are read: duplicates merged, neighbours side by side.

Passages stay whole and apart, so that each can be cited for itself. How many fit a model is for rag.prompting to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.types import Hit

SAME_SHARE = 0.9
"""Shared runs of words above which two passages are one text with small changes: a header, a date of printing."""

_RUN = 3
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def without_duplicates(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """The first `limit` hits whose text does not stand in a better one already; so a text's best document is kept.

    Texts with different numbers are never the same: two versions of a contract may differ in nothing but the rent.
    """
    kept: list[tuple[Hit, frozenset[str], Counter[str]]] = []
    for hit in hits:
        if len(kept) == limit:
            break
        text = hit.passage.text.casefold()
        runs, numbers = _runs(text), Counter(_NUMBER.findall(text))
        if not any(numbers == others and _share(runs, seen) >= SAME_SHARE for _, seen, others in kept):
            kept.append((hit, runs, numbers))
    return [hit for hit, _, _ in kept]


def side_by_side(hits: Sequence[Hit]) -> list[Hit]:
    """The same hits, those that follow each other in a document in reading order; each run stands where its best stood.

    A model reads "It ends in May" better behind the passage that says what "it" is.
    """
    ordered: list[Hit] = []
    waiting = list(hits)
    while waiting:
        run = _run_around(waiting[0], waiting)
        ordered.extend(run)
        waiting = [hit for hit in waiting if hit not in run]
    return ordered


def _run_around(hit: Hit, hits: Sequence[Hit]) -> list[Hit]:
    of_document = {other.passage.ordinal: other for other in hits if other.document.id == hit.document.id}
    first = last = hit.passage.ordinal
    while first - 1 in of_document:
        first -= 1
    while last + 1 in of_document:
        last += 1
    return [of_document[ordinal] for ordinal in range(first, last + 1)]


def _runs(text: str) -> frozenset[str]:
    words = _WORD.findall(text)
    if len(words) < _RUN:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)
