"""Reads OpenDocument texts (ODT, OTT, FODT): headings and lists with their numbers, tables, text boxes, footnotes.

Read with lxml under the same guards as Office documents; odfpy, the library there is, resolves entities, knows no
numbers of lists and headings and no text that can't be seen. Left out, as in print: deleted and hidden text, comments,
headers and footers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder, table_row
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.elements import Element, attribute, children, inside, local_name, text_below, whole_number
from rag.parsers.formats import ODT, suffixes_of
from rag.parsers.odf import OdfFile, is_odf
from rag.parsers.odf_styles import Numbers, Styles, ground_of
from rag.parsers.odf_text import VisibleText, has_text, note_text, visible_below
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_SKIPPED = frozenset({"tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "annotation"})
_TITLES = frozenset({"Title"})
MOST_REPEATED = 64
"""Cells that one element stands for, where they hold text; a row of a text's table has no more."""


class OdtParser:
    """OpenDocument texts."""

    media_types: tuple[str, ...] = (ODT,)
    suffixes = suffixes_of(ODT)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """By the kind that the file begins with."""
        return is_odf(head, "text")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the document as one page.

        Raises DocumentBroken, DocumentEncrypted, DocumentTooLarge, DocumentEmpty.
        """
        with OdfFile(path) as file:
            if title := on_one_line(file.title()):
                yield Title(title)
            writer = OdfWriter(Styles(file.styles(), file.content()))
            writer.body(file.body("text"))
        if writer.hidden:
            yield HiddenText(writer.hidden)
        page = writer.builder.page()
        if not page.text:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "It may hold only pictures.")
        yield page


class OdfWriter:
    """Goes through a body in order and writes blocks. `hidden` counts the stretches of text that nobody sees."""

    def __init__(self, styles: Styles) -> None:
        self.builder = PageBuilder()
        self.hidden = 0
        self._styles = styles
        self._outline = Numbers(styles.list_style("outline-style"))
        self._lists: dict[str, Numbers] = {}

    def body(self, parent: Element, *, ground: str = "") -> None:
        """Write every paragraph, list and table below `parent`, which stands on a ground of this colour."""
        for element in parent:
            name = local_name(element)
            if name == "p":
                self._paragraph(element, ground=ground)
            elif name == "h":
                self._heading(element, ground=ground)
            elif name == "list":
                self._list(element, 1, "", ground=ground)
            elif name == "table":
                self._table(element)
            elif name == "section" and attribute(element, "display") in {"none", "condition"}:
                self.hidden += has_text(element)
            elif name in {"frame", "custom-shape", "g"}:
                self.box(element)
            elif name and name not in _SKIPPED:
                self.body(element, ground=ground)

    def box(self, box: Element) -> None:
        """Write what stands in a text box or a shape, on its own ground."""
        ground = ground_of(self._styles, "graphic", attribute(box, "style-name"))
        self.body(box, ground=ground)

    def _paragraph(self, element: Element, label: str = "", *, ground: str = "") -> None:
        text = VisibleText(self._styles, ground=ground)
        words = text.of(element)
        style = attribute(element, "style-name")
        if label and words.strip():
            self.builder.add(f"{label} {words}", BlockKind.LIST_ITEM)
        elif _TITLES & set(self._styles.ancestry("paragraph", style)):
            self.builder.add(words, BlockKind.HEADING, 1)
        else:
            self.builder.add(words, BlockKind.PARAGRAPH)
        self._settle(text)

    def _heading(self, element: Element, label: str = "", *, ground: str = "") -> None:
        text = VisibleText(self._styles, ground=ground)
        words = " ".join(text.of(element).split())
        level = min(max(whole_number(attribute(element, "outline-level"), 1), 1), 6)
        if words:
            label = label or self._outline.label(level) if self._outline.style is not None else label
            self.builder.add(f"{label} {words}" if label else words, BlockKind.HEADING, level)
        self._settle(text)

    def _settle(self, text: VisibleText) -> None:
        """Write what hangs on a paragraph, below it."""
        self.hidden += text.hidden
        for box in text.boxes:
            self.box(box)
        for note in text.notes:
            self.builder.add(note_text(note, self._styles), BlockKind.PARAGRAPH)

    def _list(self, element: Element, level: int, inherited: str, *, ground: str) -> None:
        name = attribute(element, "style-name") or inherited
        goes_on = attribute(element, "continue-numbering") == "true" or bool(attribute(element, "continue-list"))
        if level == 1 and not goes_on:
            self._lists[name] = Numbers(self._styles.list_style(name))
        numbers = self._lists.setdefault(name, Numbers(self._styles.list_style(name)))
        for item in element:
            labelled = local_name(item) == "list-item"
            for part in item:
                kind = local_name(part)
                if kind == "list":
                    self._list(part, level + 1, name, ground=ground)
                elif kind in {"p", "h"}:
                    label = numbers.label(level) if labelled and has_words(part) else ""
                    labelled = labelled and not has_words(part)
                    (self._paragraph if kind == "p" else self._heading)(part, label, ground=ground)

    def _table(self, table: Element) -> None:
        headers = {row for group in children(table, "table-header-rows") for row in inside(group, "table-row")}
        rows = [(row, [cell for cell in row if local_name(cell).endswith("table-cell")]) for row in _rows(table)]
        if all(len(cells) == 1 for _, cells in rows):  # a frame around text, not a table
            for _, cells in rows:
                self.body(cells[0])
            return
        headed = False
        for row, cells in rows:
            texts = [text for cell in cells for text in self._cell(cell)]
            header = row in headers and not headed
            self.builder.add(table_row(texts), BlockKind.TABLE, int(header))
            headed = headed or header

    def _cell(self, cell: Element) -> list[str]:
        ground = ground_of(self._styles, "table-cell", attribute(cell, "style-name"))
        text, hidden = visible_below(cell, self._styles, ground=ground)
        self.hidden += hidden
        repeated = whole_number(attribute(cell, "number-columns-repeated"), 1)
        return [text] * min(repeated, MOST_REPEATED)


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        if local_name(element) == "table-row":
            yield element
        elif local_name(element) in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _rows(element)


def has_words(paragraph: Element) -> bool:
    """Whether a paragraph holds any text, seen or not."""
    return bool(text_below(paragraph).strip())
