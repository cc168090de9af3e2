"""What a document's reading left out, told to the user: a line for each reason, not for each page.

A scan of 300 pages would else carry 300 lines. It does not know why something was left out: the parsers say that, in
words that fit one page and many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from rag.types import PageSkipped

MOST_RANGES = 12
"""Ranges of numbers in one line, about as many as stand in 80 letters; the rest is counted."""

UNREAD_SCAN = "a scan; Tesseract, which would read it, is not installed"
"""Why a page that is a picture was skipped, in documents too that were read long ago."""

UNREADABLE = "the letters can't be told from the fonts"
"""Why another was: what it looks like can be recognised all the same."""

_NUMBERED = re.compile(r"(?P<before>(?:.*, )?)(?P<noun>[Pp]age|[Ss]lide) (?P<number>\d{1,9})")
_NAMED = re.compile(r"Pages? (?P<numbers>\d[^:]*): ")
_RANGE = re.compile(r"(?P<more>[\d,]+) more|(?P<first>\d+)(?:–(?P<last>\d+))?")


def told_skipped(skipped: Iterable[PageSkipped]) -> list[str]:
    """ "Pages 3–12, 15 and 17: damaged", in the order in which each place and reason came first."""
    numbers: dict[tuple[str, str, str], list[int]] = {}
    for page in skipped:
        label = page.label or f"Page {page.number}"
        numbered = _NUMBERED.fullmatch(label)
        before, noun = (numbered["before"], numbered["noun"]) if numbered else (label, "")
        found = numbers.setdefault((before, noun, page.reason), [])
        if numbered:
            found.append(int(numbered["number"]))
    return [_line(before, noun, reason, found) for (before, noun, reason), found in numbers.items()]


def told_hidden(passages: int) -> list[str]:
    """Instructions for a model are hidden in a document's text that people can't see; so none of it is read."""
    if not passages:
        return []
    if passages == 1:
        return ["1 passage of hidden text was left out: a person who opens this document does not see it."]
    return [f"{passages} passages of hidden text were left out: a person who opens this document does not see them."]


def told_recognised(pages: Iterable[int]) -> list[str]:
    """Letters made out in a picture are sometimes wrong, and a quote of them too. 0 is no page of the file's own."""
    numbers = sorted(set(pages) - {0})
    if not numbers:
        return []
    several = "s" if len(numbers) > 1 else ""
    return [f"Text recognition read page{several} {_listed(numbers)}: compare what you quote with the picture."]


def pages_skipped(notices: Iterable[str]) -> int:
    """How many pages of the document itself (not of what is attached to it) these notices name."""
    found = 0
    for notice in notices:
        if named := _NAMED.match(notice):
            for part in _RANGE.finditer(named["numbers"]):
                if part["more"]:
                    found += int(part["more"].replace(",", ""))
                else:
                    found += int(part["last"] or part["first"]) - int(part["first"]) + 1
    return found


def _line(before: str, noun: str, reason: str, numbers: Sequence[int]) -> str:
    several = "s" if len(set(numbers)) > 1 else ""
    where = f"{before}{noun}{several} {_listed(numbers)}" if noun else before
    return f"{where[:1].upper()}{where[1:]}: {reason}"


def _listed(numbers: Sequence[int]) -> str:
    """ "3–12, 15 and 17"; "1, 3, 5 and 1,480 more" where the ranges are too many."""
    ordered = sorted(set(numbers))
    runs = [[number for _, number in run] for _, run in groupby(enumerate(ordered), key=lambda each: each[1] - each[0])]
    shown = [part for run in runs[:MOST_RANGES] for part in _run(run)]
    if rest := sum(map(len, runs[MOST_RANGES:])):
        shown.append(f"{rest:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _run(numbers: Sequence[int]) -> list[str]:
    """Two in a row are two numbers; a range begins at three."""
    return [f"{numbers[0]}–{numbers[-1]}"] if len(numbers) > 2 else list(map(str, numbers))
