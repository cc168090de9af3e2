"""A model's tokens as bytes, and which of them begin at each place of a text.

What an answer may be is a question of bytes; which token comes next is one of tokens, and tokenizers cut the same
words differently. Held as a tree of bytes in flat arrays, a vocabulary of 150,000 tokens is matched against every
place of a text at once, exactly. It knows nothing of llama.cpp and nothing of what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LONGEST_CHARACTER = 4
"""Bytes in UTF-8."""

LONGEST = 32
"""Bytes: longer tokens are runs of spaces or of one sign, and are never needed where shorter ones spell the same."""

NONE = -1

_MARKER = re.compile(rb"</?[^<>\s]+>|\[/?[A-Z][A-Z_]{2,}\]|<</?[A-Z]+>>")


class Vocabulary:
    """`pieces[i]` are the bytes of token i, empty for tokens without text; `ends` are the tokens that end an answer."""

    def __init__(self, pieces: Sequence[bytes], ends: Sequence[int]) -> None:
        self.pieces = tuple(pieces)
        self.ends = np.array(sorted(ends), np.int32)

    @property
    def has_all_bytes(self) -> bool:
        """Whether any text at all can be written."""
        return len(self._single) == 256

    def spells(self, character: str) -> bool:
        """Whether the character is one token, or each of its bytes is."""
        data = character.encode("utf-8", "replace")
        return self._single.issuperset(data) or data in self._whole

    @cached_property
    def marker_like(self) -> tuple[int, ...]:
        """The tokens that look like markers of a chat template; source numbers, like [3], are none."""
        return tuple(token for token, piece in enumerate(self.pieces) if _MARKER.fullmatch(piece))

    @cached_property
    def _single(self) -> frozenset[int]:
        return frozenset(piece[0] for piece in self.pieces if len(piece) == 1)

    @cached_property
    def _whole(self) -> frozenset[bytes]:
        return frozenset(piece for piece in self.pieces if 1 < len(piece) <= LONGEST_CHARACTER)

    @cached_property
    def _tree(self) -> _Tree:
        return _grow(self.pieces, frozenset(self.ends.tolist()))

    def starting(self, text: NDArray[np.uint8], stops: NDArray[np.int64]) -> NDArray[np.int32]:
        """Row length-1, column place: the token of that many bytes that begins at that place, or NONE.

        A token at a place ends at `stops[place]` at the latest.
        """
        found = np.full((LONGEST, len(text)), NONE, np.int32)
        tree = self._tree
        places = np.arange(len(text), dtype=np.int64)
        nodes = np.zeros(len(text), np.int64)
        for length in range(LONGEST):
            keep = places + length < stops[places]
            places, nodes = places[keep], nodes[keep]
            keys = nodes * 256 + text[places + length]
            at = np.minimum(np.searchsorted(tree.edges, keys), len(tree.edges) - 1)
            known = tree.edges[at] == keys
            places, nodes = places[known], at[known] + 1
            if not len(places):
                return found[: max(length, 1)]
            found[length, places] = tree.tokens[nodes]
        return found


@dataclass(frozen=True, slots=True)
class _Tree:
    """`edges` (node * 256 + byte) in order; edge i leads to node i + 1, for node 0 is the root. `tokens` by node."""

    edges: NDArray[np.int64]
    tokens: NDArray[np.int32]


def _grow(pieces: Sequence[bytes], ends: frozenset[int]) -> _Tree:
    """The tree, level by level. Of tokens with the same bytes the first is kept: one way to write a text is enough."""
    ids = np.array([i for i, piece in enumerate(pieces) if 0 < len(piece) <= LONGEST and i not in ends], np.int32)
    lengths = np.array([len(pieces[i]) for i in ids], np.int64)
    padded = b"".join(pieces[i].ljust(LONGEST, b"\0") for i in ids)
    letters = np.frombuffer(padded, np.uint8).reshape(len(ids), LONGEST)
    nodes, count = np.zeros(len(ids), np.int64), 1
    edges, tokens = [np.empty(0, np.int64)], [np.array([NONE], np.int32)]
    for length in range(1, LONGEST + 1):
        rows = np.flatnonzero(lengths >= length)
        level, inverse = np.unique(nodes[rows] * 256 + letters[rows, length - 1], return_inverse=True)
        nodes[rows] = count + inverse
        whole = rows[lengths[rows] == length][::-1]
        own = np.full(len(level), NONE, np.int32)
        own[nodes[whole] - count] = ids[whole]
        edges.append(level)
        tokens.append(own)
        count += len(level)
    return _Tree(np.concatenate(edges), np.concatenate(tokens))
