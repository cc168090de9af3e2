"""The rules of Org mode, as far as they tell headings, comments, code and tables apart.

After the Org syntax specification. Settings, drawers and planning lines are in no block; "#+INCLUDE" is not followed.
"""

from __future__ import annotations

import re

from rag.parsers.markup_lines import MarkedText, Rule, read_lines
from rag.types import BlockKind

LONGEST_DRAWER = 200
"""Lines; what is not closed by then is no drawer."""

_ITEM = re.compile(r"\s*(?:[-+]|\d{1,3}[.)])\s+\S|\s+\*\s+\S")
_KEYWORDS = re.compile(r"(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+|\[#[A-Z0-9]\]\s*")
_TAGS = re.compile(r"\s+:[\w@#%:]{1,100}:\s*$")
_LINK = re.compile(r"\[\[[^\[\]]{1,300}\]\[([^\[\]]{1,300})\]\]")


def read_org(text: str) -> MarkedText:
    """The text with its blocks."""
    marked = MarkedText(text)
    read_lines(marked, _RULES, _ITEM)
    return marked


def _heading(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    name = _LINK.sub(r"\1", _TAGS.sub("", _KEYWORDS.sub("", found[2]))).strip()
    marked.add(number, number + 1, BlockKind.HEADING, level=min(6, len(found[1])), name=name)
    marked.title = marked.title or name
    return number + 1


def _title(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    marked.title = found[1].strip()
    return number + 1


def _comment(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    marked.hide(number, number + 1)
    return number + 1


def _block(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    """Code and examples are kept whole, comments hidden; quotes and the rest are read on."""
    kind = found[1].lower()
    if kind not in ("src", "example", "verse", "comment", "export"):
        return number + 1
    end = marked.find(number + 1, re.compile(rf"\s*#\+end_{re.escape(kind)}\b", re.IGNORECASE))
    if kind in ("src", "example", "verse"):
        marked.add(number + 1, end, BlockKind.CODE)
    else:
        marked.hide(number, min(end + 1, len(marked)))
    return min(end + 1, len(marked))


def _drawer(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    for end in range(number + 1, number + LONGEST_DRAWER):
        line = marked.line(end).strip().lower()
        if line == ":end:":
            return end + 1
        if line == found[0].strip().lower():
            break
    return number + 1


def _table(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    end = number
    while marked.line(end).lstrip().startswith("|"):
        end += 1
    marked.add(number, end, BlockKind.TABLE)
    return end


def _one_line(_: MarkedText, number: int, __: re.Match[str]) -> int:
    return number + 1


_RULES: list[Rule] = [
    (re.compile(r"(\*{1,12})\s+(\S.*)$"), _heading),
    (re.compile(r"\s*#\+title:(.*)$", re.IGNORECASE), _title),
    (re.compile(r"\s*#\+begin_(\w{1,30})", re.IGNORECASE), _block),
    (re.compile(r"\s*#\+\w"), _one_line),
    (re.compile(r"\s*#(?:\s|$)"), _comment),
    (re.compile(r"\s*:(?:PROPERTIES|LOGBOOK|CLOCK):\s*$", re.IGNORECASE), _drawer),
    (re.compile(r"\s*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):"), _one_line),
    (re.compile(r"\s*\|"), _table),
    (re.compile(r"-{5,}\s*$"), _one_line),
]
