"""Reads Excel workbooks (XLSX, XLSM): every sheet as a person sees it, its tables with their header rows.

The parts are read with lxml, as those of Word documents are: openpyxl's fast mode knows no hidden rows and columns,
its other mode holds the workbook twice, neither shows a number as its format does, and both fail on strict Open XML and
on the odd styles of files that other programs wrote. Left out: hidden sheets, comments, what a formula is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.charts import chart_titles
from rag.parsers.cleaning import clean, on_one_line, shown_name
from rag.parsers.elements import Element, attribute, child, children
from rag.parsers.formats import XLSX, suffixes_of
from rag.parsers.ooxml import OfficeFile, link_id
from rag.parsers.package import entry_names
from rag.parsers.sheet import sheet_page
from rag.parsers.xlsx_looks import Looks
from rag.parsers.xlsx_rows import TAGS, Sheet, SheetReader, drawn_texts, range_of, shared_text
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

MOST_CELLS = 1_000_000
"""Of one workbook. About 500 MB in the parse child and half a minute of a core; the rest is left out and told."""


class XlsxParser:
    """Excel workbooks since 2007, but for the binary ones (XLSB)."""

    media_types: tuple[str, ...] = (XLSX,)
    suffixes = suffixes_of(XLSX)
    counting = Counting.SHEETS

    def recognises(self, head: bytes) -> bool:
        """A ZIP of whose first entries one lies in the folder xl."""
        return any(name.startswith(b"xl/") for name in entry_names(head))

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, then each sheet's page and what was left out of it.

        Raises DocumentBroken, DocumentTooLarge, DocumentEmpty.
        """
        with OfficeFile(path, "Excel") as file:
            if title := on_one_line(file.title()):
                yield Title(title)
            workbook = _Workbook(file)
            empty = True
            for item in workbook.items():
                empty = empty and not isinstance(item, Page)
                yield item
        if empty:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "All of its sheets are empty or hidden.")


class _Workbook:
    """Reads one sheet after the other, so that only one is held as rows."""

    def __init__(self, file: OfficeFile) -> None:
        self._file = file
        self._name, self._root = file.main("xl/workbook.xml")
        self._left = MOST_CELLS
        links = {link.kind: link.target for link in file.links(self._name).values()}
        if "sharedStrings" in links:
            items = file.archive.elements(links["sharedStrings"], frozenset({"si"}))
            shared = [shared_text(item) for item in items]
        else:
            shared = []
        looks = Looks(file.archive.xml(links["styles"]) if "styles" in links else None)
        from_1904 = attribute(child(self._root, "workbookPr"), "date1904") in {"1", "true", "on"}
        self._reader = SheetReader(shared, looks, from_1904=from_1904)

    def items(self) -> Iterator[Page | PageSkipped | HiddenText]:
        """The sheets in the order of their tabs."""
        links = self._file.links(self._name)
        for number, element in enumerate(children(child(self._root, "sheets"), "sheet"), 1):
            label = on_one_line(attribute(element, "name"))
            link = links.get(link_id(element))
            if link is None or link.kind != "worksheet":
                continue
            if attribute(element, "state") in {"hidden", "veryHidden"}:
                yield PageSkipped(number, "hidden, and left out", f"Sheet “{label}”")
                continue
            yield from self._sheet(number, label, link.target)

    def _sheet(self, number: int, label: str, part: str) -> Iterator[Page | PageSkipped | HiddenText]:
        sheet = self._reader.read(self._file.archive.elements(part, TAGS), self._left)
        self._left -= sheet.cells
        page = sheet_page(number, label, sheet.rows, headers=self._headers(part, sheet), notes=self._notes(part, sheet))
        if page.text:
            yield page
        if sheet.hidden:
            yield HiddenText(sheet.hidden)
        place = f"Sheet “{label}”"
        if sheet.uncomputed:
            yield PageSkipped(number, _uncomputed(sheet.uncomputed), place)
        if sheet.cut_at:
            yield PageSkipped(number, f"it is too large; its rows from {sheet.cut_at:,} on were left out", place)

    def _headers(self, part: str, sheet: Sheet) -> set[int]:
        """The rows that the file itself says are headers: those of tables and of filtered ranges."""
        headers = {area.top for area in sheet.filtered}
        for table in self._parts(part, sheet.tables):
            area = range_of(attribute(table, "ref"))
            if area is not None and attribute(table, "headerRowCount") != "0":
                headers.add(area.top)
        return headers

    def _notes(self, part: str, sheet: Sheet) -> Iterator[str]:
        links = self._file.links(part)
        for drawing in (links[one].target for one in sheet.drawings if one in links):
            root = self._file.archive.xml(drawing)
            yield from drawn_texts(root) if root is not None else ()
            for chart in self._file.linked(drawing, "chart"):
                found = self._file.archive.xml(chart)
                yield from map(clean, chart_titles(found)) if found is not None else ()

    def _parts(self, part: str, ids: list[str]) -> Iterator[Element]:
        links = self._file.links(part)
        for one in ids:
            root = self._file.archive.xml(links[one].target) if one in links else None
            if root is not None:
                yield root


def _uncomputed(formulas: int) -> str:
    what = "one formula has no stored value" if formulas == 1 else f"{formulas:,} formulas have no stored values"
    return f"{what}, so they are empty here; open the file in a spreadsheet program and save it"
