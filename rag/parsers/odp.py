"""Reads OpenDocument presentations (ODP, OTP, FODP): a page for each slide, its title first, its notes at the end.

Left out: hidden slides, which are told, comments, dates and footers, and text that nobody sees: off the slide, white on
a white one with nothing behind it, or without size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.elements import Element, attribute, child, children, inside, local_name
from rag.parsers.formats import ODP, suffixes_of
from rag.parsers.odf import OdfFile, is_odf
from rag.parsers.odf_styles import Styles, ground_of, page_size, points
from rag.parsers.odf_text import VisibleText, has_text, paragraphs_in, visible_below
from rag.parsers.odt import OdfWriter
from rag.parsers.pptx import NOTES
from rag.parsers.pptx_shapes import SIDE_BY_SIDE, Box
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_SHAPES = frozenset({"frame", "custom-shape", "rect", "ellipse", "polygon", "path", "line", "connector", "table"})
_FURNITURE = frozenset({"date-time", "footer", "header", "page-number"})
DEEPEST = 50
"""Groups inside groups."""


class OdpParser:
    """OpenDocument presentations."""

    media_types: tuple[str, ...] = (ODP,)
    suffixes = suffixes_of(ODP)
    counting = Counting.SLIDES

    def recognises(self, head: bytes) -> bool:
        """By the kind that the file begins with."""
        return is_odf(head, "presentation")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, then each slide's page and what was left out.

        Raises DocumentBroken, DocumentEncrypted, DocumentTooLarge, DocumentEmpty.
        """
        with OdfFile(path) as file:
            if title := on_one_line(file.title()):
                yield Title(title)
            reader = _Slides(Styles(file.styles(), file.content()), page_size(file.styles()))
            empty = True
            for number, element in enumerate(children(file.body("presentation"), "page"), 1):
                for item in reader.read(number, element):
                    empty = empty and not isinstance(item, Page)
                    yield item
        if empty:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "Its slides may hold only pictures.")


@dataclass(frozen=True, slots=True)
class _Shape:
    """`ground` is the colour of its own filling, empty for none."""

    element: Element
    role: str
    box: Box | None
    ground: str


class _Slides:
    """Reads the slides of one presentation of this size, in points."""

    def __init__(self, styles: Styles, size: tuple[float, float]) -> None:
        self._styles = styles
        self._size = size

    def read(self, number: int, slide: Element) -> Iterator[Page | PageSkipped | HiddenText]:
        """The slide's page, and what was left out of it."""
        style = attribute(slide, "style-name")
        if self._styles.property("drawing-page", style, "visibility") == "hidden":
            yield PageSkipped(number, "hidden, and left out", f"Slide {number}")
            return
        fill = self._styles.property("drawing-page", style, "fill")
        colour = self._styles.property("drawing-page", style, "fill-color")
        ground = (colour if fill == "solid" else "unknown") if fill not in {"", "none"} else ""
        writer = OdfWriter(self._styles)
        shapes = list(_shapes(self._styles, slide))
        for shape, behind in sorted(
            ((shape, self._behind(shape, shapes[:place], ground)) for place, shape in enumerate(shapes)),
            key=self._order,
        ):
            self._write(writer, shape, behind)
        _write_notes(writer.builder, self._styles, child(slide, "notes"))
        page = writer.builder.page(number)
        if page.text:
            yield page
        if writer.hidden:
            yield HiddenText(writer.hidden)

    def _write(self, writer: OdfWriter, shape: _Shape, ground: str) -> None:
        if shape.box is not None and not shape.box.meets(Box(0, 0, *self._size)):
            writer.hidden += has_text(shape.element)
        elif shape.role == "title":
            text, hidden = visible_below(shape.element, self._styles, ground=ground)
            writer.hidden += hidden
            writer.builder.add(text, BlockKind.HEADING, 1)
        else:
            writer.body(shape.element, ground=ground)

    def _behind(self, shape: _Shape, below: list[_Shape], slide: str) -> str:
        """The colour behind a shape's text: its own, that of what lies below it, or the slide's."""
        if shape.ground:
            return shape.ground
        for other in reversed(below):
            if other.ground and (other.box is None or shape.box is None or other.box.meets(shape.box)):
                return "unknown"
        return slide

    def _order(self, placed: tuple[_Shape, str]) -> tuple[bool, float, float]:
        shape = placed[0]
        box = shape.box or Box(0, 0, 0, 0)
        band = self._size[1] / SIDE_BY_SIDE if self._size[1] < float("inf") else 1
        return shape.role != "title", round(box.top / band), box.left


def _shapes(styles: Styles, parent: Element, depth: int = 0) -> Iterator[_Shape]:
    for element in parent:
        name, role = local_name(element), attribute(element, "class")
        if name == "g" and depth < DEEPEST:
            yield from _shapes(styles, element, depth + 1)
        elif name in _SHAPES and role not in _FURNITURE:
            picture = any(local_name(part) in {"image", "object", "plugin"} for part in element)
            style = attribute(element, "style-name")
            family = "presentation" if role else "graphic"
            ground = "unknown" if picture else ground_of(styles, family, style)
            yield _Shape(element, role, _box(element), ground)


def _box(element: Element) -> Box | None:
    edges = [points(attribute(element, name)) for name in ("x", "y", "width", "height")]
    left, top, width, height = edges
    if left is None or top is None or width is None or height is None:
        return None
    return Box(left, top, left + width, top + height)


def _write_notes(builder: PageBuilder, styles: Styles, notes: Element | None) -> None:
    frames = [frame for frame in inside(notes, "frame") if attribute(frame, "class") == "notes"]
    texts = [VisibleText(styles).of(paragraph) for frame in frames for paragraph in paragraphs_in(frame)]
    if any(text.strip() for text in texts):
        builder.add(NOTES, BlockKind.HEADING, 2)
    for text in texts:
        builder.add(text, BlockKind.PARAGRAPH)
