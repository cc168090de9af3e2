"""Whether anything found speaks to the question at all. Nothing relevant is an answer, and an honest one.

The fused score means the same for every question, so one floor serves all; it only rises with the number of passages
searched, because among many there is always one that looks a little alike. It knows scores, not texts: a question
about the very subject of the documents that they do not answer passes, and is for the model and the check of its
answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.types import Hit

FLOOR = 0.11
"""Of the fused score, for up to SMALL_LIBRARY passages. Calibrated on questions of seven sets asked of their own and
of the six other collections, whole or cut to 40 or 6 passages (docs/decisions/0004)."""

SMALL_LIBRARY = 40
FLOOR_RISE = 0.03
"""For each tenfold number of passages, when vectors took part; words alone agree by chance more often."""
FLOOR_RISE_OF_WORDS = 0.045


def is_relevant(hits: Sequence[Hit], passages: int) -> bool:
    """True if the best hit of a search among `passages` is above the floor."""
    if not hits:
        return False
    best = max((hit.scores for hit in hits), key=lambda scores: scores.fused)
    return best.fused >= relevance_floor(passages, with_vectors=best.vectors is not None)


def relevance_floor(passages: int, *, with_vectors: bool) -> float:
    """The fused score below which a best hit says nothing, 0.11 for a small library, about 0.2 for 50,000 passages."""
    rise = FLOOR_RISE if with_vectors else FLOOR_RISE_OF_WORDS
    return FLOOR + rise * math.log10(max(passages, SMALL_LIBRARY) / SMALL_LIBRARY)
