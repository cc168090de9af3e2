"""Reads OpenDocument spreadsheets (ODS, OTS, FODS): every sheet as a person sees it, cells with their places.

A cell keeps its text as it was shown, so no format is computed. Rows are read one by one, as those of an XLSX, and what
one element stands for many times is written that often only where it holds text. Left out: hidden sheets, rows and
columns, comments, and text that can't be told from its ground. Rows that a filter or a closed group keeps away are
read: the sheet shows that they are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.elements import Element, attribute, local_name, whole_number
from rag.parsers.formats import ODS, suffixes_of
from rag.parsers.odf import OdfFile, is_odf
from rag.parsers.odf_styles import Styles, ground_of
from rag.parsers.odf_text import visible_below
from rag.parsers.sheet import CellKind, SheetCell, SheetRow, sheet_page
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

MOST_CELLS = 1_000_000
"""Of one document; what follows is left out and told."""

MOST_REPEATED = 1_000
"""Times that a row with text is written for one element: nobody filled in more of the same by hand."""

LAST_COLUMN, LAST_ROW = 16_384, 2**30
"""No program has more; a row's number must fit into 32 bits."""

_TAGS = frozenset({"automatic-styles", "table-column", "table-row", "table"})
_KINDS = {"date": CellKind.DATE, "time": CellKind.DATE} | dict.fromkeys(
    ("float", "percentage", "currency", "boolean"), CellKind.NUMBER
)
_YEARS = range(1900, 2101)


class OdsParser:
    """OpenDocument spreadsheets."""

    media_types: tuple[str, ...] = (ODS,)
    suffixes = suffixes_of(ODS)
    counting = Counting.SHEETS

    def recognises(self, head: bytes) -> bool:
        """By the kind that the file begins with."""
        return is_odf(head, "spreadsheet")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, then each sheet's page and what was left out of it.

        Raises DocumentBroken, DocumentEncrypted, DocumentTooLarge, DocumentEmpty.
        """
        with OdfFile(path) as file:
            if title := on_one_line(file.title()):
                yield Title(title)
            empty = True
            for item in _Spreadsheet(file).items():
                empty = empty and not isinstance(item, Page)
                yield item
        if empty:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "All of its sheets are empty or hidden.")


@dataclass(slots=True)
class _Sheet:
    """What was read of a sheet so far. `columns` counts those declared, `row` the rows passed."""

    rows: list[SheetRow] = field(default_factory=list)
    headers: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    columns: int = 0
    row: int = 0
    hidden: int = 0
    cut_at: int = 0


class _Spreadsheet:
    """Reads one sheet after the other. Tables inside cells come before their row and are read with it."""

    def __init__(self, file: OdfFile) -> None:
        self._file = file
        self._styles = Styles(file.styles())
        self._left = MOST_CELLS

    def items(self) -> Iterator[Page | PageSkipped | HiddenText]:
        """The sheets in the order of their tabs."""
        sheet, number = _Sheet(), 0
        for element in self._file.elements(_TAGS):
            name = local_name(element)
            if name == "automatic-styles":
                self._styles.add(element)
            elif any(local_name(above) == "table-cell" for above in element.iterancestors()):
                continue
            elif name == "table-column":
                self._column(sheet, element)
            elif name == "table-row":
                self._row(sheet, element)
            else:
                number += 1
                yield from self._finished(sheet, number, element)
                sheet = _Sheet()

    def _finished(self, sheet: _Sheet, number: int, table: Element) -> Iterator[Page | PageSkipped | HiddenText]:
        label = on_one_line(attribute(table, "name"))
        place = f"Sheet “{label}”"
        if self._styles.property("table", attribute(table, "style-name"), "display") == "false":
            if sheet.rows:
                yield PageSkipped(number, "hidden, and left out", place)
            return
        page = sheet_page(number, label, sheet.rows, headers=sheet.headers)
        if page.text:
            yield page
        if sheet.hidden:
            yield HiddenText(sheet.hidden)
        if sheet.cut_at:
            reason = f"it is too large; its rows from {sheet.cut_at:,} on were left out"
            yield PageSkipped(number, reason, place)

    def _column(self, sheet: _Sheet, element: Element) -> None:
        count = _times(element, "number-columns-repeated", LAST_COLUMN)
        if attribute(element, "visibility") == "collapse" and not _in_group(element, "table-column-group"):
            sheet.hidden_columns.update(range(sheet.columns + 1, sheet.columns + count + 1))
        sheet.columns += count

    def _row(self, sheet: _Sheet, element: Element) -> None:
        count = _times(element, "number-rows-repeated", LAST_ROW)
        first = sheet.row + 1
        sheet.row = min(sheet.row + count, LAST_ROW)
        if self._left <= 0:
            sheet.cut_at = sheet.cut_at or first
            return
        cells = self._cells(sheet, element)
        if not cells:
            return
        if attribute(element, "visibility") == "collapse" and not _in_group(element, "table-row-group"):
            sheet.hidden += len(cells)
            return
        for number in range(first, first + min(count, MOST_REPEATED)):
            sheet.rows.append(SheetRow(number, cells))
            self._left -= len(cells)
        if _in_group(element, "table-header-rows"):
            sheet.headers.add(first)

    def _cells(self, sheet: _Sheet, row: Element) -> list[SheetCell]:
        cells: list[SheetCell] = []
        column = 0
        for element in row:
            if not local_name(element).endswith("table-cell"):
                continue
            count = _times(element, "number-columns-repeated", LAST_COLUMN)
            text = self._text(sheet, element) if len(element) and column < LAST_COLUMN else ""
            for place in range(column + 1, min(column + count, LAST_COLUMN) + 1 if text else 0):
                if place in sheet.hidden_columns:
                    sheet.hidden += 1
                else:
                    cells.append(SheetCell(place, text, _kind(element, text)))
            column += count
        return cells

    def _text(self, sheet: _Sheet, cell: Element) -> str:
        ground = ground_of(self._styles, "table-cell", attribute(cell, "style-name"))
        look = self._styles.look("table-cell", attribute(cell, "style-name"))
        text, hidden = visible_below(cell, self._styles, ground=ground, under=look)
        sheet.hidden += hidden
        return on_one_line(text)


def _kind(cell: Element, text: str) -> CellKind:
    kind = _KINDS.get(attribute(cell, "value-type"), CellKind.TEXT)
    year = kind is CellKind.NUMBER and text.isascii() and text.isdigit() and int(text[:9]) in _YEARS
    return CellKind.DATE if year else kind


def _times(element: Element, name: str, most: int) -> int:
    return max(1, min(whole_number(attribute(element, name), 1), most))


def _in_group(element: Element, name: str) -> bool:
    return any(local_name(above) == name for above in element.iterancestors())
