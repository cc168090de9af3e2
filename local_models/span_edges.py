"""Where words may be cut out of a sentence, so that what is cut out says no other thing.

A span starts and ends with whole words; quotation marks, brackets and commas around it may stay behind. A number is
never cut: not "12" out of "12.4", "12 million", "5 000" or "−12". Scripts without spaces may be cut between any two
characters that are not both of a number. It knows text, nothing of bytes, tokens or sources.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass

_CHUNK = re.compile(r"[^\s—]+")
_OPENERS = "\"'“‘«‹„‚([{¿¡*_`「『（《〈【"
_CLOSERS = "\"'”’»›)]}*_`」』）》〉】"
_STOPS = ".!?…。！？"
_PAUSES = ",;:、，；："
_UNITS = "%‰°€$£¥₹²³+"
_POSSESSIVE = re.compile(r"['’][sS]$")
_GOES_ON = re.compile(
    r"(?:hundred|thousand|million|billion|trillion|dozen|percent|per|Millionen|Milliarden|Mio|Mrd|millions?|milliards?"
    r"|[%‰]|\d{3}(?!\d))",
    re.IGNORECASE,
)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NUMERAL = frozenset("〇零一二三四五六七八九十百千万萬億亿兆两")


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


@dataclass(slots=True)
class _Found:
    starts: set[int]
    inner: set[int]
    bare: dict[int, int]
    ends: set[int]
    contents: set[int]


def edges(sentence: str, hollow: Set[str]) -> Edges:
    """The edges in `sentence`, whose white space is single spaces. `hollow` words, case folded, say nothing alone."""
    found = _Found(set(), set(), {}, set(), set())
    chunks = [match.span() for match in _CHUNK.finditer(sentence)]
    for index, (start, end) in enumerate(chunks):
        before = sentence[slice(*chunks[index - 1])] if index else ""
        after = sentence[slice(*chunks[index + 1])] if index + 1 < len(chunks) else ""
        core_start, core_end = _core(sentence, start, end)
        word = sentence[core_start:core_end]
        if not _number_goes_on(before, word):
            _add_starts(found, sentence, (start, end), core_start)
        if not _number_goes_on(word, after.lstrip(_OPENERS)):
            _add_ends(found, sentence, end, (core_start, core_end))
        inner = list(_inner_cuts(sentence, core_start, core_end))
        found.inner.update(cut for cut in inner if sentence[cut].isalnum())
        found.ends.update(cut for cut in inner if sentence[cut - 1].isalnum())
        found.contents.update(inner)
        if _says_something(word, hollow):
            found.contents.add(core_end - 2 if _POSSESSIVE.search(word, 1) else core_end)
    return _sayable(found)


def _sayable(found: _Found) -> Edges:
    """Without the starts from which no end is reached that a word with content comes before."""
    last = max(found.ends, default=0)
    latest = max((content for content in found.contents if content <= last), default=0)
    return Edges(
        tuple(sorted(start for start in found.starts if start < latest)),
        tuple(sorted(start for start in found.inner if start < latest)),
        tuple(sorted((start, min(end, last)) for start, end in found.bare.items() if start < latest)),
        tuple(sorted(found.ends)),
        tuple(sorted(found.contents)),
    )


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    """The chunk without the marks around it; empty if it is nothing else."""
    while start < end and text[start] in _OPENERS:
        start += 1
    while end > start and text[end - 1] in _CLOSERS + _STOPS + _PAUSES:
        end -= 1
    return start, end


def _add_starts(found: _Found, text: str, chunk: tuple[int, int], core_start: int) -> None:
    start, end = chunk
    if not any(letter.isalnum() for letter in text[start:end]):
        return
    if not start or text[start - 1] == " ":
        found.starts.add(start)
    if core_start not in found.starts:
        found.bare[core_start] = end


def _add_ends(found: _Found, text: str, end: int, core: tuple[int, int]) -> None:
    core_start, core_end = core
    if core_end == core_start:
        return
    if text[core_end - 1].isalnum() or text[core_end - 1] in _UNITS:
        found.ends.add(core_end)
    if text[end - 1] in _CLOSERS + _STOPS:
        found.ends.add(end)
    if _POSSESSIVE.search(text, core_start + 1, core_end):
        found.ends.add(core_end - 2)


def _number_goes_on(word: str, after: str) -> bool:
    return word[-1:].isdigit() and bool(_GOES_ON.match(after))


def _says_something(word: str, hollow: Set[str]) -> bool:
    folded = word.casefold()
    return folded not in hollow and any(letter.isalnum() for letter in folded)


def _inner_cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Cuts inside a word of a script without spaces."""
    for cut in range(start + 1, end):
        before, after = text[cut - 1], text[cut]
        if not (_UNSPACED.match(before) or _UNSPACED.match(after)):
            continue
        if unicodedata.category(after).startswith("M") or (_is_numeral(before) and _is_numeral(after)):
            continue
        yield cut


def _is_numeral(letter: str) -> bool:
    return letter in _NUMERAL or letter.isdigit() or letter in ".,"
