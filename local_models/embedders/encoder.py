"""What a loaded embedding model is to the `embed` child, whoever computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """One vector of length 1 per text, shape (len(texts), dimension)."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
