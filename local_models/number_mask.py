"""Holds the numbers that an answer cites to those of its sources (local_models.types.LimitedNumbers), token by token.

Text is free. Only what a reader, and rag.citing, would take for a citation is limited: digits in square brackets, also
several of them ("[1, 3]", "[1–3]"). A digit that leads to no given number can't be written behind "[", so "[9]" never
comes about, nor "[1999]". Fenced code is free, and so is an index in inline code (`a[10]`), where the bracket stands
behind a name. It knows nothing of models: token numbers in, token numbers out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from local_models.types import LimitedNumbers
from local_models.vocabulary import Vocabulary

_MORE_COMES = False  # to the decoder: a character may still be completed
_FENCE = 3
_SEPARATORS = ",;-–—−&/"
_BETWEEN = rf"[\s{re.escape(_SEPARATORS)}]*"
_BRACKETED = re.compile(rf"\[{_BETWEEN}\d")
_CONTINUED = re.compile(rf"{_BETWEEN}\d|\ufffd")


class _Refused(Exception):
    """This text can't follow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands. `digits` is None outside of brackets, else the number so far.

    `parted`: that number is complete, another may follow. `ticks` are the backticks just written; `tail` the bytes of
    a character that is not complete; `indexes`: a bracket here would be an index.
    """

    digits: str | None = None
    parted: bool = False
    ticks: int = 0
    fenced: bool = False
    inline: bool = False
    indexes: bool = False
    tail: bytes = b""


@dataclass(frozen=True, slots=True)
class _Suspects:
    """The tokens that alone can be refused: anywhere those that hold a bracket with a number, inside of brackets those
    that begin with a number or in the middle of a character, and behind half a number those that begin otherwise."""

    anywhere: tuple[int, ...]
    inside: tuple[int, ...]
    separators: tuple[int, ...]


class NumberMask:
    """Follows one answer: `restrict` the next token, then `accept` the one that was chosen."""

    def __init__(self, constraint: LimitedNumbers, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._whole = frozenset(str(number) for number in constraint.numbers)
        self._begun = frozenset(number[:length] for number in self._whole for length in range(1, len(number) + 1))
        self._place = Place()
        self._refused: dict[Place, NDArray[np.int32]] = {}

    def restrict(self, logits: NDArray[np.float32]) -> None:
        """Make impossible what is refused, in place."""
        logits[self.refused()] = -np.inf

    def refused(self) -> NDArray[np.int32]:
        """The tokens that may not come next."""
        refused = self._refused.get(self._place)
        if refused is None:
            refused = np.array(self._refuse(), np.int32)
            self._refused[self._place] = refused
        return refused

    def _refuse(self) -> list[int]:
        suspects = _suspects(self._vocabulary)
        if self._place.digits is None:
            return [token for token in suspects.anywhere if not self._fits(token)]
        half = self._place.digits and self._place.digits not in self._whole and not self._place.tail
        refused = [token for token in (*suspects.anywhere, *suspects.inside) if not self._fits(token)]
        return [*refused, *suspects.separators] if half else refused

    def accept(self, token: int) -> None:
        """The answer goes on with `token`, which was not refused."""
        self._place = self._after(self._vocabulary.pieces[token])

    def _fits(self, token: int) -> bool:
        try:
            self._after(self._vocabulary.pieces[token])
        except _Refused:
            return False
        return True

    def _after(self, data: bytes) -> Place:
        data = self._place.tail + data
        text, length = codecs.utf_8_decode(data, "replace", _MORE_COMES)
        place = replace(self._place, tail=b"") if self._place.tail else self._place
        for character in text:
            place = self._step(place, character)
        return replace(place, tail=data[length:]) if length < len(data) else place

    def _step(self, place: Place, character: str) -> Place:
        if character == "`":
            return _ticked(place)
        if place.ticks:
            place = replace(place, ticks=0, inline=not place.inline and not place.fenced)
        if place.fenced:
            return place
        inline = place.inline and character != "\n"
        indexes = inline and (character.isalnum() or character in "_)]\"'")
        free = Place(inline=inline, indexes=indexes)
        if character == "[":
            return free if place.indexes else replace(free, digits="")
        if place.digits is None:
            return free
        return self._in_brackets(place, character, free)

    def _in_brackets(self, place: Place, character: str, free: Place) -> Place:
        digits = place.digits or ""
        if character.isdecimal():
            digits = character if place.parted else digits + character
            if digits not in self._begun:
                raise _Refused
            return replace(free, digits=digits)
        if not _separates(character):
            return free
        if digits and digits not in self._whole:
            raise _Refused
        return free if character == "]" else replace(free, digits=digits, parted=bool(digits))


@lru_cache(maxsize=1)
def _suspects(vocabulary: Vocabulary) -> _Suspects:
    """Found once for a loaded model: 0.2 s for 150,000 tokens."""
    texts = [piece.decode("utf-8", "replace") for piece in vocabulary.pieces]
    return _Suspects(
        tuple(token for token, text in enumerate(texts) if _BRACKETED.search(text)),
        tuple(token for token, text in enumerate(texts) if _CONTINUED.match(text)),
        tuple(token for token, text in enumerate(texts) if text and _separates(text[0])),
    )


def _separates(character: str) -> bool:
    return character in _SEPARATORS or character == "]" or character.isspace()


def _ticked(place: Place) -> Place:
    ticks = place.ticks + 1
    if ticks == _FENCE:
        return Place(fenced=not place.fenced)
    return Place(ticks=ticks, fenced=place.fenced, inline=place.inline)
