"""A sheet as it was read: which characters of its text stand in which cell, and where each table has its header.

Numbers only, in arrays: a sheet of a million cells is there in a tenth of a second, as objects it would take seconds.
It knows neither the store, where it comes from, nor the screen, where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_WIDEST = 1 << 24
"""More columns than any spreadsheet has (16,384); rows and columns of a cell make one number with it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """`text` is the sheet's own, which begins at character `start` of the document's.

    `cells` has shape (n, 4), int32: start and end in `text`, row, column (from 1), in order of the text. `headers` has
    shape (m,), int32: where in `text` the header row of a table begins.
    """

    label: str
    text: str
    start: int
    cells: NDArray[np.int32]
    headers: NDArray[np.int32]
    rows: int = field(init=False)
    """The number of the last row with anything in it; 0 for a page that is no sheet."""
    columns: int = field(init=False)
    _starts: NDArray[np.int32] = field(init=False, repr=False)
    _ends: NDArray[np.int32] = field(init=False, repr=False)
    _order: NDArray[np.int64] = field(init=False, repr=False)
    _keys: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys = self.cells[:, 2].astype(np.int64) * _WIDEST + self.cells[:, 3]
        order = np.argsort(keys, kind="stable")
        object.__setattr__(self, "rows", int(self.cells[:, 2].max(initial=0)))
        object.__setattr__(self, "columns", int(self.cells[:, 3].max(initial=0)))
        object.__setattr__(self, "_starts", np.ascontiguousarray(self.cells[:, 0]))  # else each search copies all
        object.__setattr__(self, "_ends", np.ascontiguousarray(self.cells[:, 1]))
        object.__setattr__(self, "_order", order)
        object.__setattr__(self, "_keys", keys[order])

    @classmethod
    def empty(cls) -> Grid:
        """Of a page that is no sheet."""
        return cls("", "", 0, np.empty((0, 4), dtype=np.int32), np.empty(0, dtype=np.int32))

    def range_at(self, row: int, column: int) -> tuple[int, int]:
        """Characters [first, second) of `text` that stand in a cell; (0, 0) for an empty one."""
        key = row * _WIDEST + column
        place = int(np.searchsorted(self._keys, key))
        if place == len(self._keys) or self._keys[place] != key:
            return 0, 0
        start, end = self.cells[self._order[place], :2].tolist()
        return start, end

    def text_at(self, row: int, column: int) -> str:
        start, end = self.range_at(row, column)
        return self.text[start:end]

    def touched(self, start: int, end: int) -> NDArray[np.int32]:
        """Rows and columns of the cells with characters [start, end) of `text`, shape (k, 2), in order of the text."""
        # numbers of the arrays' own type: for another one each search would turn all of them into it
        first = int(np.searchsorted(self._ends, np.int32(start), side="right"))
        last = int(np.searchsorted(self._starts, np.int32(end), side="left"))
        return self.cells[first : max(first, last), 2:]

    def header_above(self, row: int) -> int:
        """The row that heads the table which `row` belongs to; 0 where none does."""
        starts = np.searchsorted(self._starts, self.headers)
        rows = self.cells[starts[starts < len(self.cells)], 2]
        above = rows[rows <= row]
        return int(above.max(initial=0))

    def around(self, row: int, reach: int) -> NDArray[np.int32]:
        """The cells, as in `cells`, of the rows at most `reach` away, row by row."""
        first, last = np.searchsorted(self._keys, [max(0, row - reach) * _WIDEST, (row + reach + 1) * _WIDEST])
        return self.cells[self._order[first:last]]


def column_letters(column: int) -> str:
    """A for 1, Z for 26, AA for 27: as spreadsheets name their columns."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """B4 for the fourth cell of the second column."""
    return f"{column_letters(column)}{row}"
