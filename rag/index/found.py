"""What the vector index and its two shapes say to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

Found = tuple[Ids, NDArray[np.float32]]
"""Passage ids and their scores, best first."""
