"""The rules of AsciiDoc, as far as they tell headings, comments, code and tables apart.

After the AsciiDoc language documentation. Lines that set attributes, name anchors, or call for images, includes and
conditions are in no block; no include is followed.
"""

from __future__ import annotations

import re

from rag.parsers.markup_lines import MarkedText, Rule, read_lines
from rag.types import BlockKind

_ITEM = re.compile(r"\s*(?:\*{1,5}|-|\.{1,5}|\d{1,3}\.|[a-z]\.)\s+\S|\S.{0,200}?(?:::|;;)(?:\s|$)")
_MARKS = re.compile(r"\[\[[^\]]{0,200}\]\]|\[#[^\]]{0,200}\]|[*_`#]{1,2}|\{[\w-]{1,60}\}")


def read_asciidoc(text: str) -> MarkedText:
    """The text with its blocks."""
    marked = MarkedText(text)
    read_lines(marked, _RULES, _ITEM, openings=[(re.compile(r"[^\s=/|\[:.*-].*$"), _old_heading)])
    return marked


def _heading(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    name = _MARKS.sub("", found[2]).strip()
    marked.add(number, number + 1, BlockKind.HEADING, level=min(6, len(found[1])), name=name)
    marked.title = marked.title or name
    return number + 1


def _old_heading(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    """A title with a line below it, as AsciiDoc had first."""
    title, below = found[0].rstrip(), marked.line(number + 1).rstrip()
    if not below or set(below) not in _UNDERLINES or not len(title) >= 2 or abs(len(title) - len(below)) > 2:
        return number
    marked.add(number, number + 2, BlockKind.HEADING, level=_UNDERLINES.index(set(below)) + 1, name=title)
    marked.title = marked.title or title
    return number + 2


_UNDERLINES = [{"="}, {"-"}, {"~"}, {"^"}, {"+"}]


def _comment_block(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = _closing(marked, number, found)
    marked.hide(number, end)
    return end


def _comment_line(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    marked.hide(number, number + 1)
    return number + 1


def _code(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = _closing(marked, number, found)
    marked.add(number + 1, end - 1, BlockKind.CODE)
    return end


def _table(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = _closing(marked, number, found)
    marked.add(number + 1, end - 1, BlockKind.TABLE)
    return end


def _unshown(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    return _closing(marked, number, found)


def _one_line(_: MarkedText, number: int, __: re.Match[str]) -> int:
    return number + 1


def _closing(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    """The number of the line behind the one that closes a block: the same signs again, or the end."""
    mark = found[1]
    return min(len(marked), marked.find(number + 1, re.compile(re.escape(mark) + r"\s*$")) + 1)


_RULES: list[Rule] = [
    (re.compile(r"(/{4,})\s*$"), _comment_block),
    (re.compile(r"//(?!/)"), _comment_line),
    (re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)$"), _heading),
    (re.compile(r"(-{4,}|\.{4,}|`{3,})[\w-]{0,30}\s*$"), _code),
    (re.compile(r"(\|={3,}|,={3,}|:={3,}|!={3,})\s*$"), _table),
    (re.compile(r"(\+{4,})\s*$"), _unshown),
    (re.compile(r"(?:={4,}|\*{4,}|_{4,}|--|'{3,}|<{3,}|\+|-{3}|\*{3})\s*$"), _one_line),
    (re.compile(r":!?\w[\w-]{0,80}!?:(?:\s|$)"), _one_line),
    (re.compile(r"\[[^\n]{0,400}\]\s*$"), _one_line),
    (re.compile(r"\w{1,40}::[^\s\[]{0,300}\[[^\n]{0,400}\]\s*$"), _one_line),
]
