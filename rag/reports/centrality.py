"""Which sentences of a text say most of what the rest says, and which of these differ from each other.

Centrality is LexRank over embeddings (Erkan and Radev, 2004: the stationary distribution of a walk from sentence to
sentence alike), the choice is maximal marginal relevance (Carbonell and Goldstein, 1998). Knows only numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.ports import Vectors

Scores = NDArray[np.float64]

ALIKE = 0.3
"""Cosine from which two sentences are joined; below it MiniLM finds any two sentences of one document alike."""

DAMPING = 0.85
"""The paper's: the walk goes on to a neighbour, else to any sentence."""

STEPS = 50
"""Of the walk at most; it settles within 20 on documents of 300 sentences."""

RELEVANCE = 0.7
"""Weight of centrality against newness in the choice; the range usual for summaries is 0.5 to 0.8."""


def centrality(vectors: Vectors) -> Scores:
    """One score for each unit vector, 0 to 1, the most central has 1. Shape (n,)."""
    count = len(vectors)
    if count < 2:
        return np.ones(count)
    alike = (vectors @ vectors.T).astype(np.float64)
    alike[alike < ALIKE] = 0.0
    np.fill_diagonal(alike, 0.0)
    sums = alike.sum(axis=1, keepdims=True)
    walk = np.divide(alike, sums, out=np.full_like(alike, 1.0 / count), where=sums > 0)
    scores = np.full(count, 1.0 / count)
    for _ in range(STEPS):
        after = (1 - DAMPING) / count + DAMPING * (scores @ walk)
        if np.abs(after - scores).sum() < 1e-6:
            break
        scores = after
    highest = float(scores.max())
    return np.asarray(scores / highest, dtype=np.float64)


def choose(scores: Scores, vectors: Vectors, count: int, chosen: Vectors | None = None) -> list[int]:
    """Rows of at most `count` of the best that differ from each other and from the `chosen` vectors; ascending."""
    if not len(scores) or count < 1:
        return []
    nearest = np.full(len(scores), -1.0) if chosen is None or not len(chosen) else (vectors @ chosen.T).max(axis=1)
    free = np.ones(len(scores), bool)
    picked: list[int] = []
    while len(picked) < min(count, len(scores)):
        worth = RELEVANCE * scores - (1 - RELEVANCE) * np.maximum(nearest, 0.0)
        worth[~free] = -np.inf
        best = int(worth.argmax())
        free[best] = False
        picked.append(best)
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return sorted(picked)


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """How many of `total` each part gets, after its size, none more than it has; the largest remainders get the rest.

    Hamilton's method of apportionment.
    """
    total = min(total, sum(sizes))
    exact = [total * size / (sum(sizes) or 1) for size in sizes]
    given = [min(int(share), size) for share, size in zip(exact, sizes, strict=True)]
    for place in sorted(range(len(sizes)), key=lambda place: given[place] - exact[place]):
        if sum(given) == total:
            break
        given[place] += given[place] < sizes[place]
    return given
