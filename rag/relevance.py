"""Whether anything found speaks to the question at all. Nothing relevant is an answer, and an honest one."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Hit

FLOOR = 0.14


def is_relevant(hits: Sequence[Hit]) -> bool:
    """True if the best hit is above the floor."""
    return bool(hits) and hits[0].scores.fused >= FLOOR
