"""What the vector index and its two shapes say to each other, and which ids are among others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

Found = tuple[Ids, NDArray[np.float32]]
"""Passage ids and their scores, best first."""


def are_among(ids: Ids, within: Ids) -> NDArray[np.bool_]:
    """Which of the ids. `within` ascends: isin would hash it, half a million in 50 ms."""
    if not len(within):
        return np.zeros(len(ids), np.bool_)
    places = np.minimum(np.searchsorted(within, ids), len(within) - 1)
    found: NDArray[np.bool_] = within[places] == ids
    return found
