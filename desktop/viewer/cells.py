"""What of a sheet is marked: the cells of the passage, of the quote and of the words found, told by their offsets.

A mark stands only where the sheet's text at the stored span is the stored text, letter for letter. Numbers only, no Qt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.viewer.context import Range, found_range, quote_range
from desktop.viewer.reference import Reference
from rag.grid import Grid

Place = tuple[int, int]
"""Row and column, from 1."""

Rectangle = tuple[int, int, int, int]
"""Top row, left column, bottom row, right column, all included, from 1."""


_SPECIAL = re.compile(r'[\t\n\r"]')


@dataclass(frozen=True, eq=False, slots=True)
class ShownCells:
    """A sheet to show; ranges count in the grid's text."""

    grid: Grid
    passage: Range | None = None
    quote: Range | None = None
    found: Range | None = None

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """The first and the last cell of what is meant, in reading order; None where nothing is to be seen."""
        mark = self.quote or self.passage
        touched = self.grid.touched(*mark) if mark is not None else np.empty((0, 2))
        if not len(touched):
            return None
        first, last = touched[0].tolist(), touched[-1].tolist()
        return (first[0], first[1]), (last[0], last[1])

    def rows_of(self, range_: Range | None) -> tuple[int, int]:
        """The first and the last row that a range touches; (0, -1) for none."""
        rows = self.grid.touched(*range_)[:, 0] if range_ is not None else np.empty(0)
        return (int(rows.min()), int(rows.max())) if len(rows) else (0, -1)


def shown_cells(reference: Reference, grid: Grid) -> ShownCells | None:
    """The sheet with its marks; None if it does not hold the passage, letter for letter."""
    source = reference.source
    start, end = source.span.start - grid.start, source.span.end - grid.start
    if not len(grid.cells) or start < 0 or grid.text[start:end] != source.text[: len(grid.text) - start]:
        return None
    quote = quote_range(reference, grid.text, grid.start)
    return ShownCells(grid, (start, min(end, len(grid.text))), quote, found_range(reference, quote, grid.start))


def part_in(range_: Range | None, cell: Range) -> Range | None:
    """The characters of a cell, counted in it, that lie in a range; None if none do."""
    if range_ is None:
        return None
    start, end = max(range_[0], cell[0]), min(range_[1], cell[1])
    return (start - cell[0], end - cell[0]) if start < end else None


def as_lines(grid: Grid, places: Sequence[Rectangle]) -> str:
    """Cells of rectangles as spreadsheets put them on the clipboard: a line for each row, tabs between columns.

    A cell with a tab, a quotation mark or a break in it stands in quotation marks. Empty columns at the right and rows
    at the bottom are left out.
    """
    cells = _cells_in(grid, places)
    if not len(cells):
        return ""
    left = min(place[1] for place in places)
    at_row, at_column = min(place[0] for place in places), left
    parts: list[str] = []
    for start, end, row, column in cells.tolist():
        if row != at_row:
            parts.append("\n" * (row - at_row))
            at_row, at_column = row, left
        parts.append("\t" * (column - at_column))
        parts.append(_quoted(grid.text[start:end]))
        at_column = column
    return "".join(parts)


def _cells_in(grid: Grid, places: Sequence[Rectangle]) -> NDArray[np.int32]:
    """The cells in any of the rectangles, row by row."""
    rows, columns = grid.cells[:, 2], grid.cells[:, 3]
    wanted = np.zeros(len(grid.cells), dtype=bool)
    for top, left, bottom, right in places:
        wanted |= (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
    inside = grid.cells[wanted]
    return inside[np.lexsort((inside[:, 3], inside[:, 2]))]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text
