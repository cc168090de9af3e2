"""Where words may be cut out of a sentence, so that what is cut out says no other thing.

A span starts and ends with whole words; quotation marks, brackets and commas around it may stay behind. A number is
never cut: not "12" out of "12.4", "12 million", "5 000" or "−12". Scripts without spaces may be cut between any two
characters that are not both of a number. It knows text, nothing of bytes, tokens or sources.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

_RUN = re.compile(r"[^\s—]+")
_OPENERS = "\"'“‘«‹„‚([{¿¡*_`「『（《〈【"
_CLOSERS = "\"'”’»›)]}*_`」』）》〉】"
_STOPS = ".!?…。！？"
_PAUSES = ",;:、，；："
_BEHIND = _CLOSERS + _STOPS + _PAUSES
_LAST = frozenset(_CLOSERS + _STOPS)
_UNITS = frozenset("%‰°€$£¥₹²³+")
_POSSESSIVES = ("'s", "’s", "'S", "’S")
_GOES_ON = re.compile(
    r"(?:hundred|thousand|million|billion|trillion|dozen|percent|per|Millionen|Milliarden|Mio|Mrd|millions?|milliards?"
    r"|[%‰]|\d{3}(?!\d))",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NUMERAL = frozenset("〇零一二三四五六七八九十百千万萬億亿兆两.,")


@dataclass(frozen=True, slots=True)
class Edges:
    """Places of a sentence, in code points and in order.

    A span begins at one of `starts`, behind a space; or, in a script without spaces, at one of `inner`; or at one of
    `bare`, before which a mark is left out (each with the end of its run of characters without spaces). It ends at
    one of `ends`. At each of `contents` a word is complete that says something by itself.
    """

    starts: tuple[int, ...]
    inner: tuple[int, ...]
    bare: tuple[tuple[int, int], ...]
    ends: tuple[int, ...]
    contents: tuple[int, ...]


class _Run(NamedTuple):
    """Characters without spaces [start, end), in which `word` stands at [first, last), without the marks around it.

    `closed`: a span may end with the marks behind the word.
    """

    start: int
    first: int
    last: int
    end: int
    word: str
    closed: bool

    @property
    def speaks(self) -> bool:
        """Whether there is a letter or a digit."""
        return self.word.isalnum() or any(letter.isalnum() for letter in self.word)


@lru_cache(maxsize=4096)  # the sentences of a conversation's sources come again with each of its questions
def edges(sentence: str, hollow: frozenset[str]) -> Edges:
    """The edges in `sentence`, whose white space is single spaces. `hollow` words, case folded, say nothing alone."""
    runs = [_run(match) for match in _RUN.finditer(sentence)]
    starts: list[int] = []
    bare: list[tuple[int, int]] = []
    ends: list[int] = []
    contents: list[int] = []
    goes_on = False
    for run, following in zip_longest(runs, runs[1:]):
        if run.speaks:
            behind_space = not run.start or sentence[run.start - 1] == " "
            if behind_space and not goes_on:
                starts.append(run.start)
            if not goes_on and not (behind_space and run.first == run.start):
                bare.append((run.first, run.end))
            if run.word.casefold() not in hollow:
                contents.append(_content_end(run))
        goes_on = following is not None and run.word[-1:].isdigit() and bool(_GOES_ON.match(following.word))
        if run.word and not goes_on:
            ends += _ends(run)
    inner = [cut for run in runs for cut in _inner_cuts(run)] if _UNSPACED.search(sentence) else []
    ends += [cut for cut in inner if sentence[cut - 1].isalnum()]
    return _sayable(starts, [cut for cut in inner if sentence[cut].isalnum()], bare, ends, [*contents, *inner])


def _sayable(
    starts: list[int], inner: list[int], bare: list[tuple[int, int]], ends: list[int], contents: list[int]
) -> Edges:
    """All in order, without the starts from which no end is reached that a word with content comes before."""
    last = max(ends, default=0)
    latest = max((content for content in contents if content <= last), default=0)
    return Edges(
        tuple(start for start in starts if start < latest),
        tuple(start for start in inner if start < latest),
        tuple((start, min(end, last)) for start, end in bare if start < latest),
        tuple(sorted(set(ends))),
        tuple(sorted(set(contents))),
    )


def _run(match: re.Match[str]) -> _Run:
    start, end = match.span()
    opened = match[0].lstrip(_OPENERS)
    word = opened.rstrip(_BEHIND)
    first = end - len(opened)
    return _Run(start, first, first + len(word), end, word, match[0][-1] in _LAST)


def _content_end(run: _Run) -> int:
    return run.last - 2 if run.word.endswith(_POSSESSIVES) and len(run.word) > 2 else run.last


def _ends(run: _Run) -> list[int]:
    found = [_content_end(run), run.last] if run.word[-1].isalnum() or run.word[-1] in _UNITS else []
    return [*found, run.end] if run.closed else found


def _inner_cuts(run: _Run) -> Iterator[int]:
    """Cuts inside a word of a script without spaces."""
    for cut, (before, after) in enumerate(pairwise(run.word), run.first + 1):
        if not (_UNSPACED.match(before) or _UNSPACED.match(after)):
            continue
        if unicodedata.category(after).startswith("M") or (_is_numeral(before) and _is_numeral(after)):
            continue
        yield cut


def _is_numeral(letter: str) -> bool:
    return letter in _NUMERAL or letter.isdigit()
