"""Makes a page of a spreadsheet's rows: a line for each row, a Cell for each cell, and the header rows told apart.

Rows with nothing between them but blank ones are a region. In a region the first row that names columns is its header;
what stands alone above it is its title. It knows neither where the rows come from nor how passages are cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rag.types import CELL_SEPARATOR, Block, BlockKind, Cell, Page

HEADER_WITHIN = 8
"""Rows of a region among which its header is looked for."""

LONGEST_NAME, LONGEST_TITLE = 80, 100
"""Characters of a column's name, and of a title above a table."""

COVERED, DIFFERENT = 0.6, 0.75
"""The least share of the cells of the rows below that a header has, for group names over a few columns are no header;
and of its names, those that stand there once.
"""

CONTINUES = 2
"""Rows between two regions, the blank one counted, over which a table goes on: above its totals there is often one."""

SAMPLE = 20
"""Rows below a header that are looked at."""

SPARSE = 3
"""A row with less than one in so many of its region's cells is written without the empty ones."""


class CellKind(IntEnum):
    """What a cell holds. A text may name a column, and so may a date or a year, beside texts."""

    TEXT = 0
    DATE = 1
    NUMBER = 2


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What a person sees in a cell: clean text on one line, not empty."""

    column: int
    text: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of a row that are not empty, by column. Rows and columns count from 1."""

    number: int
    cells: Sequence[SheetCell]


def sheet_page(
    number: int,
    label: str,
    rows: Sequence[SheetRow],
    *,
    headers: Collection[int] = frozenset(),
    notes: Iterable[str] = (),
) -> Page:
    """The sheet as a page; no row of `rows` is empty. `headers` are rows that the file itself names as headers;
    `notes` are texts that stand in no cell (text boxes, titles of charts).
    """
    builder = _Builder()
    columns: list[int] = []
    last = 0
    for region in _regions(rows, headers):
        header = _header(region, headers)
        here = {cell.column for row in region for cell in row.cells}
        near = region[0].number <= last + CONTINUES and len(region[0].cells) > 1
        goes_on = header is None and near and here <= set(columns)
        columns = columns if goes_on else sorted(here)
        last = region[-1].number
        above = (0 if goes_on or len(region) > 1 else 1) if header is None else header
        for place, row in enumerate(region):
            if place < above and _is_title(row):
                builder.add(row, columns, BlockKind.HEADING, 1)
            else:
                builder.add(row, columns, BlockKind.TABLE, int(place == header), apart=place == 0 and not goes_on)
    for note in notes:
        builder.add_note(note)
    return builder.page(number, label)


class _Builder:
    """Keeps text, blocks and cells in step."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._cells: list[Cell] = []
        self._length = 0

    def add(
        self, row: SheetRow, columns: Sequence[int], kind: BlockKind, level: int = 0, *, apart: bool = False
    ) -> None:
        """`apart`: a blank line stands before it, which ends the table above."""
        self._gap(kind, apart=apart)
        start = self._length
        cells = {cell.column: cell for cell in row.cells}
        sparse = len(cells) * SPARSE < len(columns)
        for place, column in enumerate(sorted(cells) if sparse else columns[: columns.index(max(cells)) + 1]):
            cell = cells.get(column)
            if place:
                separator = CELL_SEPARATOR if self._length > start else CELL_SEPARATOR.lstrip()
                self._append(separator if cell is not None else separator.rstrip())
            if cell is not None:
                self._cells.append(Cell(self._length, self._length + len(cell.text), row.number, column))
                self._append(cell.text)
        self._blocks.append(Block(start, self._length, kind, level))

    def add_note(self, text: str) -> None:
        self._gap(BlockKind.PARAGRAPH, apart=True)
        start = self._length
        self._append(text)
        self._blocks.append(Block(start, self._length, BlockKind.PARAGRAPH))

    def page(self, number: int, label: str) -> Page:
        return Page(number, "".join(self._parts), tuple(self._blocks), label=label, cells=tuple(self._cells))

    def _gap(self, kind: BlockKind, *, apart: bool) -> None:
        if self._blocks:
            together = kind is BlockKind.TABLE and self._blocks[-1].kind is kind and not apart
            self._append("\n" if together else "\n\n")

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _regions(rows: Sequence[SheetRow], headers: Collection[int]) -> Iterator[list[SheetRow]]:
    """Rows parted where blank ones lie between, or a header that the file names begins another table."""
    region: list[SheetRow] = []
    for row in rows:
        if region and (row.number > region[-1].number + 1 or (row.number in headers and len(region) > 1)):
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _header(region: Sequence[SheetRow], headers: Collection[int]) -> int | None:
    """The place of the header row in its region."""
    known = next((place for place, row in enumerate(region) if row.number in headers), None)
    if known is not None:
        return known
    for place, row in enumerate(region[:HEADER_WITHIN]):
        below = region[place + 1 : place + 1 + SAMPLE]
        if len(row.cells) >= 2 and below:
            return place if _names_columns(row, below) else None
    return None


def _names_columns(row: SheetRow, below: Sequence[SheetRow]) -> bool:
    """Whether a row is a header: short names, all different, over most of the columns, and other than what follows."""
    texts = [cell.text.casefold() for cell in row.cells]
    if len(set(texts)) < DIFFERENT * len(texts) or any(len(text) > LONGEST_NAME for text in texts):
        return False
    kinds = {cell.kind for cell in row.cells}
    if CellKind.NUMBER in kinds or CellKind.TEXT not in kinds or _dates_go_on(row, below):
        return False
    widths = sorted(len(other.cells) for other in below)
    if len(texts) < COVERED * widths[len(widths) // 2]:
        return False
    other_kinds = any(cell.kind is not CellKind.TEXT for other in below for cell in other.cells)
    return other_kinds or len(below) >= 2


def _dates_go_on(row: SheetRow, below: Sequence[SheetRow]) -> bool:
    """Whether a date of the row stands above other dates: then it is one of them and names nothing."""
    dated = {cell.column for cell in row.cells if cell.kind is CellKind.DATE}
    return any(cell.kind is CellKind.DATE and cell.column in dated for other in below[:2] for cell in other.cells)


def _is_title(row: SheetRow) -> bool:
    first = row.cells[0]
    short = len(row.cells) == 1 and len(first.text) <= LONGEST_TITLE
    return short and first.kind is CellKind.TEXT and not first.text.endswith((".", "!", "?", ":"))
