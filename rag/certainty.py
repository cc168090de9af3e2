"""How sure the model was of each sentence: the probabilities of its tokens, brought from what it wrote to what is read.

Between the two the check has moved and dropped [n], and may have put other words in place. Letters and digits outside
of [n] must be the same in both, else nothing is said: a shade behind the wrong sentence is worse than none. It knows
neither models nor sources; what the number means stands at rag.account.Certainty.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rag.account import Certainty
from rag.sentences import sentences

_MARKS = re.compile(r"\s*\[[\d\s,;–-]{1,40}\]")


@dataclass(frozen=True, slots=True)
class WrittenPiece:
    """A piece of text as the model wrote it, its tokens, and the sum of their natural log probabilities."""

    text: str
    tokens: int
    logprob: float


def certainties(pieces: Sequence[WrittenPiece], text: str) -> tuple[Certainty, ...]:
    """For each sentence of `text` with a word in it, in order; empty where `text` is not what was written.

    A cut-off end of what was written is fine. Punctuation and [n] do not count.
    """
    written = "".join(piece.text for piece in pieces)
    said, shown = _letters(written), _letters(text)
    letters = "".join(text[place] for place in shown)
    if not letters or not "".join(written[place] for place in said).startswith(letters):
        return ()
    of_letter = _pieces_of(pieces, said[: len(shown)])
    found = (_certainty(start, end, shown, of_letter, pieces) for start, end in sentences(text))
    return tuple(each for each in found if each is not None)


def _letters(text: str) -> list[int]:
    """Where the letters and digits stand that are no [n]'s."""
    marks = [match.span() for match in _MARKS.finditer(text)]
    hidden = {place for start, end in marks for place in range(start, end)}
    return [place for place, letter in enumerate(text) if letter.isalnum() and place not in hidden]


def _pieces_of(pieces: Sequence[WrittenPiece], places: Sequence[int]) -> list[int]:
    """For each place in all that was written the piece it stands in; `places` ascend."""
    found: list[int] = []
    number, end = -1, 0
    for place in places:
        while place >= end:
            number += 1
            end += len(pieces[number].text)
        found.append(number)
    return found


def _certainty(
    start: int, end: int, shown: Sequence[int], of_letter: Sequence[int], pieces: Sequence[WrittenPiece]
) -> Certainty | None:
    """A piece that reaches over two sentences counts in both."""
    own = set(of_letter[bisect_left(shown, start) : bisect_left(shown, end)])
    tokens = sum(pieces[number].tokens for number in own)
    if not tokens:
        return None
    mean = sum(pieces[number].logprob for number in own) / tokens
    return Certainty(start, end, round(math.exp(min(mean, 0.0)), 4))
