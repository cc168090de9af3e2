"""Puts the cells of an HTML table into its columns: a row that shares a cell with the one above holds its text too.

So every row can be read, found and quoted alone. A cell over several columns stands in the first of them, and the
others are empty, which keeps what follows below its own header. Knows nothing of how a cell is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborNode

MOST_ROWS, MOST_COLUMNS = 1000, 100
"""Of one cell. Browsers take 65,534 and 1,000, which a page made to fill the memory would use."""

LONGEST = 200
"""Characters of a text that is repeated; what is longer is no label of rows."""


class Grid:
    """One table, given row by row."""

    def __init__(self) -> None:
        self._from_above: dict[int, tuple[int, str]] = {}
        """Column -> rows it goes on for, and its text."""

    def row(self, cells: Iterable[tuple[LexborNode, str]]) -> list[str]:
        """The texts of a row's columns, of its cells with theirs."""
        texts: list[str] = []
        for cell, text in cells:
            self._take_from_above(texts)
            rows, columns = _number(cell, "rowspan", MOST_ROWS), _number(cell, "colspan", MOST_COLUMNS)
            for column in range(columns):
                shown = text if column == 0 else ""
                if rows > 1:
                    self._from_above[len(texts)] = (rows - 1, shown if len(shown) <= LONGEST else "")
                texts.append(shown)
        self._take_from_above(texts)
        return texts

    def _take_from_above(self, texts: list[str]) -> None:
        while (found := self._from_above.pop(len(texts), None)) is not None:
            rows, text = found
            if rows > 1:
                self._from_above[len(texts)] = (rows - 1, text)
            texts.append(text)


def _number(cell: LexborNode, name: str, most: int) -> int:
    value = cell.attributes.get(name) or "1"
    return min(most, max(1, int(value))) if re.fullmatch(r"\s*\d{1,6}\s*", value) else 1
