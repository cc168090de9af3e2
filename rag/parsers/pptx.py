"""Reads PowerPoint presentations (PPTX, PPTM): a page for each slide, with its titles, texts, tables, charts and notes.

The parts are read with lxml, as those of Word documents are: python-pptx opens neither shows (PPSX) and presentations
with macros nor strict Open XML, fails on pictures and links that lead nowhere, and knows neither hidden slides nor
text that can't be seen. Speaker notes stand behind the slide's text under a heading of their own. Left out: hidden
slides, which are told, comments, and what stands on every slide (dates, footers, numbers).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder, table_row
from rag.parsers.charts import chart_rows, chart_titles
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.elements import Element, attribute, child, children, descend, inside, local_name, whole_number
from rag.parsers.formats import PPTX, suffixes_of
from rag.parsers.ooxml import OfficeFile, link_id
from rag.parsers.package import entry_names
from rag.parsers.pptx_shapes import TITLES, Shape, is_unseen, is_white_ground, shapes_of
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

NOTES = "Speaker notes"
"""The heading above them: they are not on the slide that the audience saw."""

_STOCK_TITLES = frozenset(
    {"powerpoint presentation", "powerpoint-präsentation", "presentation", "title slide", "slide 1"}
)
"""What programs write where nobody gave a title."""

_SIZE = (9_144_000.0, 6_858_000.0)
"""EMU; a slide of 10 by 7.5 inches, for presentations that do not say."""


class PptxParser:
    """PowerPoint presentations since 2007."""

    media_types: tuple[str, ...] = (PPTX,)
    suffixes = suffixes_of(PPTX)
    counting = Counting.SLIDES

    def recognises(self, head: bytes) -> bool:
        """A ZIP of whose first entries one lies in the folder ppt."""
        return any(name.startswith(b"ppt/") for name in entry_names(head))

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield each slide's page and what was left out, then the title.

        Raises DocumentBroken, DocumentTooLarge, DocumentEmpty.
        """
        with OfficeFile(path, "PowerPoint") as file:
            title = on_one_line(file.title())
            title = "" if title.casefold() in _STOCK_TITLES else title
            empty = True
            for item in _Presentation(file).items():
                if isinstance(item, Page):
                    title = title or _first_title(item)
                    empty = False
                yield item
            if title:
                yield Title(title)
        if empty:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "Its slides may hold only pictures.")


class _Presentation:
    """Reads one slide after the other."""

    def __init__(self, file: OfficeFile) -> None:
        self._file = file
        self._name, self._root = file.main("ppt/presentation.xml")
        self._templates: dict[str, Element | None] = {}
        size = child(self._root, "sldSz")
        width, height = (float(whole_number(attribute(size, name))) for name in ("cx", "cy"))
        self._size = (width, height) if width and height else _SIZE

    def items(self) -> Iterator[Page | PageSkipped | HiddenText]:
        """The slides in the order of the show; hidden ones are counted, as in PowerPoint."""
        links = self._file.links(self._name)
        for number, element in enumerate(children(child(self._root, "sldIdLst"), "sldId"), 1):
            link = links.get(link_id(element))
            slide = self._file.archive.xml(link.target) if link is not None else None
            if link is None or slide is None:
                yield PageSkipped(number, "missing in the file", f"Slide {number}")
            elif attribute(slide, "show") in {"0", "false"}:
                yield PageSkipped(number, "hidden, and left out", f"Slide {number}")
            else:
                yield from self._slide(number, link.target, slide)

    def _slide(self, number: int, part: str, slide: Element) -> Iterator[Page | HiddenText]:
        layouts = self._file.linked(part, "slideLayout")[:1]
        masters = [master for layout in layouts for master in self._file.linked(layout, "slideMaster")[:1]]
        above = [root for name in (*layouts, *masters) if (root := self._template(name)) is not None]
        trees = [tree for root in above if (tree := descend(root, "cSld", "spTree")) is not None]
        white = is_white_ground([descend(root, "cSld", "bg") for root in (slide, *above)])
        writer = _Writer(self._file, part, white=white)
        for shape in shapes_of(descend(slide, "cSld", "spTree"), self._size, trees):
            writer.add(shape)
        writer.add_notes()
        page = writer.builder.page(number)
        if page.text:
            yield page
        if writer.hidden:
            yield HiddenText(writer.hidden)

    def _template(self, name: str) -> Element | None:
        if name not in self._templates:
            self._templates[name] = self._file.archive.xml(name)
        return self._templates[name]


class _Writer:
    """Writes the shapes of one slide as blocks. `hidden` counts the stretches of text that nobody sees."""

    def __init__(self, file: OfficeFile, part: str, *, white: bool) -> None:
        self.builder = PageBuilder()
        self.hidden = 0
        self._file = file
        self._part = part
        self._white = white

    def add(self, shape: Shape) -> None:
        """Write a shape's text, table, diagram or chart; count it if it is hidden."""
        if shape.hidden:
            self.hidden += any((text.text or "").strip() for text in inside(shape.element, "t"))
        elif shape.kind == "graphicFrame":
            self._frame(shape.element)
        elif (body := child(shape.element, "txBody")) is not None:
            white = self._white and not shape.filled and not shape.behind
            self._text(body, shape.role, white=white)

    def add_notes(self) -> None:
        """Write the speaker notes under their heading."""
        for name in self._file.linked(self._part, "notesSlide")[:1]:
            root = self._file.archive.xml(name)
            shapes = shapes_of(descend(root, "cSld", "spTree"), (float("inf"), float("inf")), [])
            bodies = [
                body for one in shapes if one.role == "body" and (body := child(one.element, "txBody")) is not None
            ]
            texts = [text for body in bodies for text in self._paragraphs(body, white=False)]
            if texts:
                self.builder.add(NOTES, BlockKind.HEADING, 2)
            for text in texts:
                self.builder.add(text, BlockKind.PARAGRAPH)

    def _text(self, body: Element, role: str, *, white: bool) -> None:
        texts = self._paragraphs(body, white=white)
        if role in TITLES:
            self.builder.add(" ".join(texts), BlockKind.HEADING, 1)
            return
        kind = BlockKind.LIST_ITEM if len(texts) > 1 and role in {"body", "obj"} else BlockKind.PARAGRAPH
        for text in texts:
            self.builder.add(text, kind)

    def _paragraphs(self, body: Element | None, *, white: bool) -> list[str]:
        texts = (self._line(paragraph, white=white) for paragraph in children(body, "p"))
        return [text for text in texts if text.strip()]

    def _line(self, paragraph: Element, *, white: bool) -> str:
        pieces: list[str] = []
        in_hidden = False
        for part in paragraph:
            name = local_name(part)
            text = "".join(piece.text or "" for piece in inside(part, "t")) if name != "pPr" else ""
            if name == "br":
                pieces.append("\n")
            elif text.strip() and name in {"r", "fld"} and is_unseen(child(part, "rPr"), white_ground=white):
                self.hidden += not in_hidden
                in_hidden = True
            elif text:
                pieces.append(text)
                in_hidden = False
        return "".join(pieces)

    def _frame(self, frame: Element) -> None:
        data = descend(frame, "graphic", "graphicData")
        table = child(data, "tbl")
        if table is not None:
            self._table(table)
            return
        for part in data if data is not None else ():
            target = self._file.links(self._part).get(link_id(part) or link_id(part, "dm"))
            root = self._file.archive.xml(target.target) if target is not None else None
            if target is not None and root is not None and target.kind == "chart":
                self._chart(root)
            elif root is not None:
                for text in _diagram(root):
                    self.builder.add(text, BlockKind.LIST_ITEM)

    def _table(self, table: Element) -> None:
        headed = attribute(child(table, "tblPr"), "firstRow") in {"1", "true"}
        for place, row in enumerate(children(table, "tr")):
            cells = [" ".join(self._paragraphs(child(cell, "txBody"), white=False)) for cell in children(row, "tc")]
            self.builder.add(table_row(cells), BlockKind.TABLE, int(headed and place == 0))

    def _chart(self, root: Element) -> None:
        for title in chart_titles(root):
            self.builder.add(title, BlockKind.PARAGRAPH)
        for place, row in enumerate(chart_rows(root)):
            self.builder.add(table_row(row), BlockKind.TABLE, int(place == 0))


def _first_title(page: Page) -> str:
    first = page.blocks[0]
    return " ".join(page.text[first.start : first.end].split()) if first.kind is BlockKind.HEADING else ""


def _diagram(root: Element) -> Iterator[str]:
    """The texts of a diagram (SmartArt), in the order of its data."""
    for point in inside(root, "pt"):
        text = "".join(text.text or "" for text in inside(child(point, "t"), "t"))
        if text.strip():
            yield text
