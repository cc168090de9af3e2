"""The rules of reStructuredText, as far as they tell headings, comments, code and tables apart.

After the reStructuredText markup specification of Docutils. Docutils itself is not used: it keeps no exact positions,
and a document can make it open other files. A directive's own line and options are in no block; its body mostly is.
"""

from __future__ import annotations

import re

from rag.parsers.markup_lines import MarkedText, Rule, indent, read_lines
from rag.types import BlockKind

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{1,}\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•]|\(?(?:\d{1,3}|#|[a-zA-Z])[.)])\s+\S")
_OPTION = re.compile(r"\s+:[\w -]{1,60}:(?:\s|$)")
_CODE = frozenset("code code-block sourcecode parsed-literal prompt doctest testcode console ipython".split())
_NO_TEXT = frozenset("raw toctree contents index meta include literalinclude highlight image default-role math".split())


def read_rst(text: str) -> MarkedText:
    """The text with its blocks."""
    marked = MarkedText(text)
    levels: dict[str, int] = {}

    def overlined(_: MarkedText, number: int, found: re.Match[str]) -> int:
        """A title between two lines, or a line alone that parts sections."""
        title, below = marked.line(number + 1), marked.line(number + 2)
        if title.strip() and below.rstrip() == found[0].rstrip() and len(title.rstrip()) <= len(below.rstrip()) + 2:
            level = levels.setdefault(found[1] * 2, len(levels) + 1)
            return _heading(marked, number, number + 3, level, title)
        alone = marked.is_blank(number + 1) and (number == 0 or marked.is_blank(number - 1))
        return number + 1 if alone and len(found[0].rstrip()) >= 4 else number

    def underlined(_: MarkedText, number: int, found: re.Match[str]) -> int:
        below = _ADORNMENT.match(marked.line(number + 1))
        if not below or len(below[0].rstrip()) < min(4, len(found[0].rstrip())):
            return number
        if abs(len(below[0].rstrip()) - len(found[0].rstrip())) > 3 and len(below[0].rstrip()) < len(found[0].rstrip()):
            return number
        return _heading(marked, number, number + 2, levels.setdefault(below[1], len(levels) + 1), found[0])

    rules: list[Rule] = [
        (re.compile(r"(?:\+[-=]+)+\+\s*$"), _grid_table),
        (re.compile(r"={2,}(?: +={2,})+\s*$"), _simple_table),
        (_ADORNMENT, overlined),
        (re.compile(r"\s*\.\.\s+[\w:.+-]{1,80}::(?:\s|$)"), _directive),
        (re.compile(r"\s*\.\.\s+\[[\w#*-]{1,80}\]\s"), lambda *_: 0),
        (re.compile(r"\s*(?:\.\.\s+(?:_|\|[^|]{1,100}\|)|__ )"), _target),
        (re.compile(r"\s*\.\.(?:\s|$)"), _comment),
        (re.compile(r"\S.*$"), underlined),
        (re.compile(r""), _paragraph),
    ]
    read_lines(marked, rules, _ITEM)
    return marked


def _paragraph(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    """Prose up to a blank line; in a list up to the next item. What is indented behind "::" is code."""
    is_item = _ITEM.match(marked.line(number)) is not None
    behind = number + 1
    while not marked.is_blank(behind) and not (is_item and _ITEM.match(marked.line(behind))):
        behind += 1
    marked.add(number, behind, BlockKind.LIST_ITEM if is_item else BlockKind.PARAGRAPH)
    if not marked.line(behind - 1).rstrip().endswith("::"):
        return behind
    end = marked.behind_indented(behind, indent(marked.line(number)))
    marked.add(behind, end, BlockKind.CODE)
    return max(behind, end)


def _heading(marked: MarkedText, first: int, behind: int, level: int, title: str) -> int:
    marked.add(first, behind, BlockKind.HEADING, level=min(6, level), name=_plain(title))
    marked.title = marked.title or _plain(title)
    return behind


def _plain(title: str) -> str:
    return re.sub(r":[\w:-]{1,40}:`|[`*|]{1,2}|`_", "", title).strip()


def _directive(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    """Code is kept whole, the bodies of notes and lists are read on, and what shows nothing is passed over."""
    name = found[0].strip().removeprefix("..").strip().removesuffix("::").lower()
    depth = indent(marked.line(number))
    end = marked.behind_indented(number + 1, depth)
    if name in _NO_TEXT:
        return end
    body = number + 1
    while body < end and _OPTION.match(marked.line(body)):
        body += 1
    if name in _CODE:
        marked.add(body, end, BlockKind.CODE)
        return end
    if marked.line(number)[found.end() :].strip():  # ".. note:: the rest of the line is text"
        while not marked.is_blank(body):
            body += 1
        marked.add(number, body, BlockKind.PARAGRAPH)
    return body


def _target(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    return marked.behind_indented(number + 1, indent(marked.line(number)))


def _comment(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    alone = not marked.line(number)[found.end() :].strip()
    if alone and marked.is_blank(number + 1):  # an empty comment ends by itself
        return number + 1
    end = marked.behind_indented(number + 1, indent(marked.line(number)))
    marked.hide(number, end)
    return end


def _grid_table(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    end = number
    while marked.line(end).lstrip()[:1] in ("+", "|") and not marked.is_blank(end):
        end += 1
    marked.add(number, end, BlockKind.TABLE)
    return end


def _simple_table(marked: MarkedText, number: int, _: re.Match[str]) -> int:
    """Up to the last border of the same kind, which a blank line follows."""
    end = number + 1
    while end < len(marked) and not (marked.line(end).startswith("==") and marked.is_blank(end + 1)):
        end += 1
    marked.add(number, min(end + 1, len(marked)), BlockKind.TABLE)
    return end + 1
