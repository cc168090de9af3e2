"""Reads one sheet of an XLSX, row by row, as a person sees it: shown values, without what is hidden.

Formulas give the value that was stored with them. Left out and counted: hidden rows and columns, and text that can't be
seen on its ground. Rows that a filter or a closed group keeps away are read: the sheet shows that they are there, and
how to open them. ECMA-376 part 1, 18.3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rag.parsers.cleaning import on_one_line
from rag.parsers.date_formats import is_date
from rag.parsers.elements import Element, attribute, child, children, inside, local_name, whole_number
from rag.parsers.number_formats import GENERAL, HIDING, shown, shown_text
from rag.parsers.ooxml import link_id
from rag.parsers.sheet import CellKind, SheetCell, SheetRow
from rag.parsers.xlsx_looks import Looks, run_is_tiny, run_is_white

TAGS = frozenset({"col", "row", "autoFilter", "conditionalFormatting", "drawing", "tablePart"})
"""What is looked at in a sheet's part, in the order of the file: the rows come before all but the columns."""

LAST_ROW = 2**20
"""Excel's last one. Rows stand in their order; one with another number is the next."""

LONGEST_CELL = 32_767
"""Characters, Excel's own limit."""

YEARS = range(1900, 2101)
"""Whole numbers that name a column like a text does: 2023 | 2024 | 2025."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})?\$?(\d{1,7})?")


@dataclass(frozen=True, slots=True)
class SharedText:
    """`text` is what is seen on white paper, `whole` on another ground; `hidden` counts the runs left out."""

    text: str
    whole: str
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """Rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(slots=True)
class Sheet:
    """What was read. `shaded` are ranges whose ground is not known; `tables` and `drawings` are ids of links."""

    rows: list[SheetRow] = field(default_factory=list)
    hidden: int = 0
    uncomputed: int = 0
    cells: int = 0
    cut_at: int = 0
    shaded: list[Range] = field(default_factory=list)
    filtered: list[Range] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A cell or a row that is hidden unless something behind the rows says otherwise."""

    row: SheetRow
    because_of_row: bool


class SheetReader:
    """Reads sheets of one workbook. `shared` are its texts, by number."""

    def __init__(self, shared: Sequence[SharedText], looks: Looks, *, from_1904: bool) -> None:
        self._shared = shared
        self._looks = looks
        self._from_1904 = from_1904

    def read(self, elements: Iterator[Element], most: int) -> Sheet:
        """The sheet of these elements (TAGS), of at most `most` cells; `cut_at` is the first row over that."""
        sheet = Sheet()
        hidden_columns: set[int] = set()
        doubtful: list[_Doubtful] = []
        number = 0
        for element in elements:
            name = local_name(element)
            if name == "col":
                hidden_columns.update(_hidden_columns(element))
            elif name == "row":
                named = _whole(element.get("r"), 0)
                number = named if number < named <= LAST_ROW else number + 1
                if sheet.cells >= most:
                    sheet.cut_at = sheet.cut_at or number
                else:
                    self._row(sheet, element, number, hidden_columns, doubtful)
            else:
                _note(sheet, name, element)
        _settle(sheet, doubtful)
        return sheet

    def _row(
        self, sheet: Sheet, element: Element, number: int, hidden_columns: set[int], doubtful: list[_Doubtful]
    ) -> None:
        seen: list[SheetCell] = []
        unseen: list[SheetCell] = []
        column = 0
        for cell in element:
            column = _column(cell.get("r", ""), column + 1)
            text, kind, hidden = self._cell(sheet, cell)
            sheet.hidden += hidden
            text = on_one_line(text)
            if not text:
                continue
            sheet.cells += 1
            made = SheetCell(column, text, kind)
            if column in hidden_columns:
                sheet.hidden += 1
            elif self._looks.of(cell.get("s", "")).unseen:
                unseen.append(made)
            else:
                seen.append(made)
        if unseen:
            doubtful.append(_Doubtful(SheetRow(number, unseen), because_of_row=False))
        if seen and _is_hidden_row(element):
            doubtful.append(_Doubtful(SheetRow(number, seen), because_of_row=True))
        elif seen:
            sheet.rows.append(SheetRow(number, seen))

    def _cell(self, sheet: Sheet, cell: Element) -> tuple[str, CellKind, int]:
        """What a cell shows, and the number of its hidden runs."""
        kind, look = cell.get("t", "n"), self._looks.of(cell.get("s", ""))
        value = next((part for part in cell if str(part.tag).endswith("}v")), None)
        if kind == "inlineStr":
            text = shared_text(child(cell, "is"))
        elif value is None or value.text is None:
            sheet.uncomputed += child(cell, "f") is not None
            return "", CellKind.TEXT, 0
        elif kind == "s":
            place = _whole(value.text, -1)
            text = self._shared[place] if 0 <= place < len(self._shared) else SharedText("", "")
        elif kind in {"n", "d"}:
            return (*self._number(value.text, look.code), 0)
        elif kind == "b":
            return ("FALSE" if value.text.strip() == "0" else "TRUE"), CellKind.NUMBER, 0
        else:
            text = SharedText(value.text, value.text)
        seen = shown_text(text.text if look.white else text.whole, look.code)
        hidden = text.hidden if look.white else 0
        return ("", CellKind.TEXT, hidden + 1) if seen == HIDING else (seen[:LONGEST_CELL], CellKind.TEXT, hidden)

    def _number(self, raw: str, code: str) -> tuple[str, CellKind]:
        if code == GENERAL and raw.isascii() and raw.isdigit() and len(raw) < 16:  # most numbers: spare them the rest
            return raw, CellKind.DATE if int(raw) in YEARS else CellKind.NUMBER
        try:
            value = float(raw)
        except ValueError:  # a date in ISO 8601, or what is no number at all
            return raw, CellKind.DATE
        if not math.isfinite(value):
            return raw, CellKind.NUMBER
        text = shown(value, code, from_1904=self._from_1904)
        if text == HIDING:
            return "", CellKind.NUMBER
        dated = is_date(code) or (code in {GENERAL, "0"} and value in YEARS)
        return text, CellKind.DATE if dated else CellKind.NUMBER


def shared_text(element: Element | None) -> SharedText:
    """A text with its runs; readings of Japanese words beside them (rPh) are left out."""
    if element is not None and len(element) == 1 and local_name(element[0]) == "t":
        text = element[0].text or ""
        return SharedText(text, text)
    seen, whole, hidden = "", "", 0
    for part in element if element is not None else ():
        name = local_name(part)
        text = "".join(piece.text or "" for piece in (children(part, "t") if name == "r" else [part]))
        properties = child(part, "rPr")
        if name not in {"t", "r"}:
            continue
        if run_is_tiny(properties):
            hidden += bool(text.strip())
            continue
        whole += text
        if run_is_white(properties):
            hidden += bool(text.strip())
        else:
            seen += text
    return SharedText(seen, whole, hidden)


def range_of(reference: str) -> Range | None:
    """ "B4:D9" -> its edges; whole rows and columns have none of their own. None for what is no range."""
    first, _, last = reference.replace("$", "").upper().partition(":")
    ends = [_REFERENCE.fullmatch(end) for end in (first, last or first)]
    if ends[0] is None or ends[1] is None or not first:
        return None
    (left, top), (right, bottom) = ((end[1], end[2]) for end in ends if end is not None)
    first_column, last_column = _letters(left) if left else 1, _letters(right) if right else 2**14
    return Range(int(top or 1), first_column, int(bottom or 2**20), last_column)


def _note(sheet: Sheet, name: str, element: Element) -> None:
    if name == "conditionalFormatting":
        sheet.shaded += [found for part in attribute(element, "sqref").split() if (found := range_of(part)) is not None]
    elif name == "autoFilter" and (found := range_of(attribute(element, "ref"))) is not None:
        sheet.filtered.append(found)
    elif name == "drawing":
        sheet.drawings.append(link_id(element))
    elif name == "tablePart":
        sheet.tables.append(link_id(element))


def _settle(sheet: Sheet, doubtful: Sequence[_Doubtful]) -> None:
    """Put back what a filter or a coloured ground explains; the rest is hidden."""
    back: dict[int, list[SheetCell]] = {}
    for one in doubtful:
        row = one.row
        for cell in row.cells:
            ranges = sheet.filtered if one.because_of_row else sheet.shaded
            if any(area.holds(row.number, cell.column) for area in ranges):
                back.setdefault(row.number, []).append(cell)
            else:
                sheet.hidden += 1
    if back:
        for row in sheet.rows:
            if row.number in back:
                back[row.number].extend(row.cells)
        kept = [row for row in sheet.rows if row.number not in back]
        put = [SheetRow(number, sorted(cells, key=lambda cell: cell.column)) for number, cells in back.items()]
        sheet.rows = sorted([*kept, *put], key=lambda row: row.number)


def _hidden_columns(element: Element) -> Iterator[int]:
    width = attribute(element, "width")
    hidden = attribute(element, "hidden") in {"1", "true"} or width in {"0", "0.0"}
    if hidden and attribute(element, "outlineLevel") in {"", "0"}:
        first, last = (_whole(attribute(element, name), 0) for name in ("min", "max"))
        yield from range(max(first, 1), min(last, 2**14) + 1)


def _is_hidden_row(row: Element) -> bool:
    hidden = row.get("hidden") in {"1", "true"} or row.get("ht") in {"0", "0.0"}
    return hidden and row.get("outlineLevel", "0") == "0"


def _column(reference: str, following: int) -> int:
    letters = reference.rstrip("0123456789")
    return _letters(letters) if 0 < len(letters) <= 3 and letters.isascii() and letters.isalpha() else following


@lru_cache(maxsize=20_000)
def _letters(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _whole(value: str | None, default: int) -> int:
    return whole_number(value.strip(), default) if value is not None else default


def drawn_texts(drawing: Element) -> list[str]:
    """The paragraphs of a sheet's text boxes."""
    paragraphs = (
        "".join(text.text or "" for text in inside(paragraph, "t"))
        for body in inside(drawing, "txBody")
        for paragraph in children(body, "p")
    )
    return [text for paragraph in paragraphs if (text := on_one_line(paragraph))]
