"""Reads Word documents (DOCX, DOCM): headings, numbered clauses, lists, tables row by row, text boxes and footnotes.

The parts are read with lxml, not through python-docx, which opens neither macro documents nor strict Open XML, fails
on the dangling links of real files, and passes over content controls, text boxes and hidden text. Elements are told
by their local names, so both dialects of the standard (ECMA-376 transitional and strict) read the same.
Left out, as in print: deleted and hidden text, comments, headers and footers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder, table_row
from rag.parsers.charts import chart_rows, chart_titles
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.docx_package import Package
from rag.parsers.docx_sight import Eye, ground_of_box, ground_of_cell
from rag.parsers.docx_styles import Numbering, Styles, is_headed
from rag.parsers.elements import Element, attribute, local_name
from rag.parsers.formats import DOCX, suffixes_of
from rag.parsers.ooxml import link_id
from rag.parsers.package import entry_names
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_SKIPPED = frozenset(
    """pPr rPr tblPr tblGrid trPr tcPr sectPr del moveFrom instrText delText sdtPr sdtEndPr Fallback commentReference
    annotationRef proofErr bookmarkStart bookmarkEnd rt""".split()
)
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


class DocxParser:
    """Word documents since 2007."""

    media_types: tuple[str, ...] = (DOCX,)
    suffixes = suffixes_of(DOCX)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """A ZIP of whose first entries one lies in the folder word."""
        return any(name.startswith(b"word/") for name in entry_names(head))

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the document as one page.

        Raises DocumentBroken, DocumentTooLarge, DocumentEmpty.
        """
        with Package(path) as package:
            if title := on_one_line(package.title()):
                yield Title(title)
            body = package.document()
            walk = _Walk(package)
            walk.body(body)
        if walk.hidden:
            yield HiddenText(walk.hidden)
        page = walk.builder.page()
        if not page.text:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "It may hold only pictures.")
        yield page


class _Walk:
    """Goes through the body in order and writes blocks."""

    def __init__(self, package: Package) -> None:
        self.builder = PageBuilder()
        self.hidden = 0
        self._package = package
        self._ground = ""
        styles = package.part("styles")
        self._styles = Styles(styles)
        self._eye = Eye(styles)
        self._numbering = Numbering(package.part("numbering"))
        self._notes = {kind: _notes(package.part(f"{kind}s")) for kind in ("footnote", "endnote")}

    def body(self, parent: Element) -> None:
        """Write every paragraph and table below `parent`; content controls and insertions are looked into."""
        for element in parent:
            name = local_name(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name not in _SKIPPED:
                self.body(element)

    def _paragraph(self, paragraph: Element) -> None:
        style = self._styles.of(paragraph)
        text = self._text_of(paragraph, self._ground)
        label = self._numbering.label(style.numbering) if text.text.strip() else ""
        words = text.text.strip()
        if style.heading_level:
            self.builder.add(" ".join(f"{label} {words}".split()), BlockKind.HEADING, style.heading_level)
        elif label:
            self.builder.add(f"{label} {words}", BlockKind.LIST_ITEM)
        else:
            self.builder.add(words, BlockKind.PARAGRAPH)
        for box in text.boxes:
            self._ground, outside = ground_of_box(box), self._ground
            self.body(box)
            self._ground = outside
        for link in text.charts:
            self._chart(link)
        for kind, number in text.notes:
            note = self._notes[kind].get(number)
            if note is not None:
                self.builder.add(self._text_of(note).text, BlockKind.PARAGRAPH)

    def _text_of(self, element: Element, ground: str = "") -> _Text:
        text = _Text(self._eye, ground=ground).of(element)
        self.hidden += text.hidden
        return text

    def _table(self, table: Element) -> None:
        rows = list(_inside(table, "tr"))
        cells_of = {row: list(_inside(row, "tc")) for row in rows}
        if all(len(cells) == 1 for cells in cells_of.values()):  # a frame around text, not a table
            for cells in cells_of.values():
                self.body(cells[0])
            return
        for row, cells in cells_of.items():
            texts = [self._text_of(cell, ground_of_cell(cell, table)).text for cell in cells]
            headed = row is rows[0] and all(text.strip() for text in texts) and is_headed(table, row)
            self.builder.add(table_row(texts), BlockKind.TABLE, int(headed))

    def _chart(self, link: str) -> None:
        chart = self._package.chart(link)
        for title in chart_titles(chart) if chart is not None else ():
            self.builder.add(title, BlockKind.PARAGRAPH)
        for place, row in enumerate(chart_rows(chart) if chart is not None else ()):
            self.builder.add(table_row(row), BlockKind.TABLE, int(place == 0))


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The elements of that name, also inside content controls and insertions, but not inside one another."""
    for element in parent:
        if local_name(element) == name:
            yield element
        elif local_name(element) not in _SKIPPED:
            yield from _inside(element, name)


def _notes(part: Element | None) -> dict[str, Element]:
    if part is None:
        return {}
    return {attribute(note, "id"): note for note in part if isinstance(note.tag, str) and not attribute(note, "type")}


class _Text:
    """The visible text below an element, and the text boxes and notes that hang on it. `hidden` counts the stretches of
    text that nobody sees.
    """

    def __init__(self, eye: Eye, *, ground: str = "") -> None:
        self._eye = eye
        self._ground = ground
        self._pieces: list[str] = []
        self._in_hidden = False
        self.boxes: list[Element] = []
        self.charts: list[str] = []
        self.notes: list[tuple[str, str]] = []
        self.hidden = 0

    def of(self, element: Element) -> _Text:
        self._collect(element, element)
        return self

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def _collect(self, parent: Element, paragraph: Element) -> None:
        for element in parent:
            name = local_name(element)
            if name == "t":
                self._pieces.append(element.text or "")
                self._in_hidden = False
            elif name in _SPACES:
                self._pieces.append(_SPACES[name])
            elif name == "txbxContent":
                self.boxes.append(element)
            elif name == "chart":
                self.charts.append(link_id(element))
            elif name in {"footnoteReference", "endnoteReference"}:
                self.notes.append((name.removesuffix("Reference"), attribute(element, "id")))
            elif name == "r" and self._eye.hides(element, paragraph, ground=self._ground):
                self._leave_out(element)
            elif name and name not in _SKIPPED:
                self._collect(element, element if name == "p" else paragraph)
                if name in {"p", "tc"}:
                    self._pieces.append("\n" if name == "p" else " ")

    def _leave_out(self, run: Element) -> None:
        if any((found.text or "").strip() for found in run if local_name(found) == "t"):
            self.hidden += not self._in_hidden
            self._in_hidden = True
