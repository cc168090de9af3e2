"""The smallest stretch of a window that carries a claim: the clause, where a long sentence says more than that.

Knows nothing of verdicts: it only keeps every word that the claim and the window share.
"""

from __future__ import annotations

import re

from rag.verdicts.statement import Statement, read

WORTH = 0.6
"""A clause is shown in place of its sentence when it has at most this share of its characters."""

LEAST = 25
"""Characters of a clause that is understood by itself."""

_BREAK = re.compile(r";\s+|\s+[–—]\s+|,\s+(?=(?:and|but|while|whereas|although|though|which|who)\s)")


def smallest(claim: Statement, text: str) -> tuple[int, int]:
    """The place in `text` of the shortest run of clauses with all words that it shares with the claim."""
    cuts = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    shared = claim.stems & read(text).stems
    best = (0, len(text))
    for first in range(len(cuts) - 1):
        for last in range(first + 1, len(cuts)):
            start, end = cuts[first], _without_break(text, cuts[first], cuts[last])
            if end - start >= best[1] - best[0]:
                break
            if end - start >= LEAST and shared <= read(text[start:end]).stems:
                best = (start, end)
    return best if best[1] - best[0] <= WORTH * len(text) else (0, len(text))


def _without_break(text: str, start: int, end: int) -> int:
    """The end without the mark and the space that part a clause from the next."""
    return start + len(text[start:end].rstrip().rstrip(";,–—").rstrip()) if end < len(text) else end
