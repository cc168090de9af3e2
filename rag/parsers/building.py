"""Puts a page together from pieces, for formats whose text is not their source: HTML and DOCX, later others.

Keeps text and blocks in step, so a block's offsets are right by construction. It knows nothing of any format.
"""

from __future__ import annotations

import re

from rag.parsers.cleaning import clean
from rag.types import CELL_SEPARATOR, Block, BlockKind, Page

_RUNS_OF_SPACE = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" ?\n ?")
_TOGETHER = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE})
"""Neighbours of these kinds stand on lines of their own, without a blank line between."""


class PageBuilder:
    """Collects blocks; `page()` is what they make."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(self, text: str, kind: BlockKind, level: int = 0) -> None:
        """Append a block. Blank text is left out; runs of spaces become one, except in code."""
        text = clean(text)
        text = text.strip("\n").rstrip() if kind is BlockKind.CODE else squeeze(text)
        if not text:
            return
        if self._blocks:
            together = kind in _TOGETHER and self._blocks[-1].kind is kind
            self._append("\n" if together else "\n\n")
        start = self._length
        self._append(text)
        self._blocks.append(Block(start, self._length, kind, level))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def page(self, number: int = 1) -> Page:
        """Everything added so far, as one page."""
        return Page(number, "".join(self._parts), tuple(self._blocks))

    @property
    def empty(self) -> bool:
        return not self._blocks


def squeeze(text: str) -> str:
    """The text with every run of spaces as one, no spaces around line breaks and at most two breaks in a row."""
    text = _AROUND_BREAKS.sub("\n", _RUNS_OF_SPACE.sub(" ", text)).strip()
    return re.sub(r"\n{3,}", "\n\n", text)


def table_row(cells: list[str]) -> str:
    """A row of a table as one line; empty for a row of empty cells."""
    texts = [" ".join(cell.split()) for cell in cells]
    return CELL_SEPARATOR.join(texts) if any(texts) else ""
