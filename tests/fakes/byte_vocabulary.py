"""Vocabularies without a model: every byte is a token, then whatever a test adds; token 0 ends an answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from local_models.vocabulary import Vocabulary

END = 0


def byte_vocabulary(more: Iterable[bytes] = (), *, lacking: bytes = b"") -> Vocabulary:
    single = [b"" if byte in lacking else bytes([byte]) for byte in range(256)]
    return Vocabulary([b"", *single, *more], [END])


def cut_anywhere(texts: Sequence[str], chance: random.Random, count: int = 60) -> list[bytes]:
    """Tokens as a tokenizer may have them: pieces of the texts, cut without regard to words or characters."""
    found = []
    for _ in range(count):
        data = chance.choice(texts).encode("utf-8", "replace")
        if data:
            start = chance.randrange(len(data))
            found.append(data[start : start + chance.randint(1, 9)])
    return found


def tokens_of(data: bytes, vocabulary: Vocabulary, chance: random.Random) -> list[int]:
    """Some way to write `data`."""
    by_bytes: dict[bytes, int] = {}
    for token, piece in enumerate(vocabulary.pieces):
        by_bytes.setdefault(piece, token)
    written = []
    while data:
        fitting = [length for length in range(1, min(len(data), 16) + 1) if data[:length] in by_bytes]
        length = chance.choice(fitting)
        written.append(by_bytes[data[:length]])
        data = data[length:]
    return written


def possible(restrict: Callable[[NDArray[np.float32]], None], vocabulary: Vocabulary) -> list[int]:
    """The tokens that a mask leaves possible."""
    logits = np.zeros(len(vocabulary.pieces), np.float32)
    restrict(logits)
    return [int(token) for token in np.flatnonzero(np.isfinite(logits))]
