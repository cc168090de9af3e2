"""What a suggestion changes, as stretches that stayed, went and came.

Prose is compared word by word, code line by line: that is how people read them. It knows nothing of Qt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w")
_GAP = 3
"""Characters: spaces and marks between two changed words, not the empty line between two paragraphs and more."""

_MOST_WORDS = 4000
"""difflib is quadratic at worst: 4,000 words a side take 0.1 s when they differ much; longer texts go by lines."""


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text that stayed, went or came."""

    change: Change
    text: str


def compare(before: str, after: str, *, by_line: bool) -> list[Stretch]:
    """Stretches in reading order; without the ADDED they spell `before`, without the REMOVED `after`."""
    old, new = _split(before, by_line=by_line), _split(after, by_line=by_line)
    if not by_line and max(len(old), len(new)) > _MOST_WORDS:
        old, new = _split(before, by_line=True), _split(after, by_line=True)
    stretches: list[Stretch] = []
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            stretches.append(Stretch(Change.SAME, "".join(old[old_start:old_end])))
            continue
        if old_end > old_start:
            stretches.append(Stretch(Change.REMOVED, "".join(old[old_start:old_end])))
        if new_end > new_start:
            stretches.append(Stretch(Change.ADDED, "".join(new[new_start:new_end])))
    return stretches if by_line else _readable(stretches)


def _split(text: str, *, by_line: bool) -> list[str]:
    return text.splitlines(keepends=True) if by_line else _WORDS.findall(text)


def _readable(stretches: list[Stretch]) -> list[Stretch]:
    """Two changes with no word between them become one: crossed-out words in a row read better whole."""
    result: list[Stretch] = []
    gone, come = "", ""
    for index, stretch in enumerate(stretches):
        is_same, is_inside = stretch.change is Change.SAME, 0 < index < len(stretches) - 1
        is_gap = is_same and is_inside and len(stretch.text) <= _GAP and not _WORD.search(stretch.text)
        if stretch.change is Change.REMOVED or is_gap:
            gone += stretch.text
        if stretch.change is Change.ADDED or is_gap:
            come += stretch.text
        if stretch.change is Change.SAME and not is_gap:
            result += _pair(gone, come)
            gone, come = "", ""
            result.append(stretch)
    return result + _pair(gone, come)


def _pair(gone: str, come: str) -> list[Stretch]:
    pair = (Stretch(Change.REMOVED, gone), Stretch(Change.ADDED, come))
    return [stretch for stretch in pair if stretch.text]
